import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type PodOverlay, podOverlaySchema } from '../api/pod/overlay.ts';
import { checkPolicy } from '../api/policy-faults.ts';
import { errorCode, Failure, messageOf } from '../host/errors.ts';

const HINT = 'docs/kubernetes.md shows the file; numbers and true or false in env, labels and annotations need quotes';

/**
 * What the operator adds to every job's pod: the YAML of `--job-pod`, if there is one, and the Secrets of
 * `--job-image-pull-secret`. Throws what is wrong with the file.
 */
export function readJobPod(file: string | undefined, pullSecrets: readonly string[]): PodOverlay {
  const overlay = file === undefined ? {} : parseJobPod(readText(file), file);
  const names = new Set([...(overlay.imagePullSecrets ?? []).map(({ name }) => name), ...pullSecrets]);
  return { ...overlay, ...(names.size > 0 ? { imagePullSecrets: [...names].map((name) => ({ name })) } : {}) };
}

/** `where` stands at the beginning of what is thrown. An empty file adds nothing. */
export function parseJobPod(text: string, where: string): PodOverlay {
  const checked = checkPolicy(podOverlaySchema, parsed(text, where) ?? {}, [], 'the job pod file');
  if (checked.faults === undefined) return checked.data;
  const faults = checked.faults.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  throw new Failure('JobPodInvalid', `${where}: ${faults.join('; ')}`, { hint: HINT });
}

function parsed(text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(`${where}: ${messageOf(error).split('\n')[0]?.replace(/:$/, '')}`, 'mend the YAML', error);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : `can't be read (${errorCode(error)})`;
    throw unreadable(`the file ${file} ${why}`, 'check the path after --job-pod', error);
  }
}

const unreadable = (message: string, hint: string, cause: unknown): Failure =>
  new Failure('JobPodUnreadable', message, { hint, cause });
