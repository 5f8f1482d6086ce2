import { readFileSync } from 'node:fs';
import { type PodOverlay, podOverlaySchema } from '../api/pod/overlay.ts';
import { checkPolicy } from '../api/policy-faults.ts';
import { errorCode, Failure } from '../host/errors.ts';
import { readYaml } from '../host/startup/yaml-file.ts';

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
  const { objects, fault } = readYaml(text);
  if (objects === undefined) throw unreadable(`${where}: ${fault}`, 'mend the YAML');
  if (objects.length > 1) throw unreadable(`${where}: it has ${objects.length} documents`, 'leave one of them');
  return objects[0];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : `can't be read (${errorCode(error)})`;
    throw unreadable(`the file ${file} ${why}`, 'check the path after --job-pod', error);
  }
}

const unreadable = (message: string, hint: string, cause?: unknown): Failure =>
  new Failure('JobPodUnreadable', message, { hint, cause });
