import { dirname, join } from 'node:path';
import { z } from 'zod';
import { KIND, type Policy, policySchema } from '../../api/policy.ts';
import { checkPolicy, faultSentence } from '../../api/policy-faults.ts';
import { errorCode, Failure } from '../errors.ts';
import { readBounded, whyUnread } from './read-bounded.ts';
import { readYaml } from './yaml-file.ts';

const VARIABLE = 'CASE_BACKUP_POLICY';

/** Reads the policy that one would `kubectl apply`: from a file, or as JSON from CASE_BACKUP_POLICY as the controller gives it. */
export function readPolicy(file: string | undefined, env: Readonly<Record<string, string | undefined>>): Policy {
  const text = env[VARIABLE];
  if (file !== undefined) return parsePolicy(readText(file), file);
  if (text) return parsePolicy(text, VARIABLE);
  throw new Failure('PolicyMissing', 'no policy is given', {
    hint: 'name one with -f policy.yaml; examples/ has some to start from',
  });
}

/** The name in a policy that may be wrong in every other way, for the report of a run that it stops; '' if it has none. */
export function policyName(file: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  try {
    const policy = onlyPolicy(file === undefined ? (env[VARIABLE] ?? '') : readText(file), '');
    return z.object({ metadata: z.object({ name: z.string().max(253) }) }).parse(policy).metadata.name;
  } catch {
    return '';
  }
}

export function parsePolicy(text: string, where: string): Policy {
  const checked = checkPolicy(policySchema, onlyPolicy(text, where));
  if (checked.faults === undefined) return checked.data;
  throw new Failure('PolicyInvalid', `${where}: ${checked.faults.map(faultSentence).join('; ')}`, {
    hint: 'kubectl explain cbp.spec describes every field; docs/policy.md shows them all',
  });
}

/** Kubernetes keeps no larger object (etcd: 1.5 MiB a request), and a variable of a process has at most 128 KiB. */
const MOST_BYTES = 1024 * 1024;

function readText(file: string): string {
  if (file.trim() === '') {
    throw new Failure('PolicyMissing', '-f names no file', {
      hint: 'name one, as in -f policy.yaml; a variable in its place may be unset',
    });
  }
  let text: string | undefined;
  try {
    text = readBounded(file, MOST_BYTES);
  } catch (error) {
    throw unreadable(file, error);
  }
  if (text !== undefined) return text;
  throw new Failure('PolicyUnreadable', `the policy file ${file} has more than 1 MiB`, {
    hint: 'check the path after -f; a policy is a few KiB, and what else stands in its file can stand elsewhere',
  });
}

function unreadable(file: string, error: unknown): Failure {
  return new Failure('PolicyUnreadable', `the policy file ${file} ${whyUnread(error)}`, {
    hint: whatHelps(file, errorCode(error)),
    cause: error,
  });
}

function whatHelps(file: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      if (file === '-') return 'to read it from standard input, write -f /dev/stdin';
      return `check the path after -f; the folder one is in is ${process.cwd()}`;
    case 'ENOTDIR':
      return `check the path after -f; ${dirname(file)} is no folder`;
    case 'EISDIR':
      return `name the file in it, as in -f ${join(file, 'policy.yaml')}`;
    case 'EACCES':
      return 'give this user the right to read it, and to enter the folders above it';
    default:
      return 'check the path after -f';
  }
}

/** A file may hold other objects too, as a kubectl manifest does; exactly one of them is the policy. */
function onlyPolicy(text: string, where: string): unknown {
  const found = objectsIn(text, where);
  if (found.length === 1 && typeof found[0] === 'string') throw plainText(where);
  const objects = found as readonly ({ kind?: unknown } | null)[];
  const policies = objects.filter((object) => object?.kind === KIND);
  if (policies.length > 1) {
    throw new Failure('PolicyAmbiguous', `${where} holds ${policies.length} policies, a run takes one`, {
      hint: 'put each in a file of its own',
    });
  }
  const [policy] = policies;
  if (policy) return policy;
  if (objects.length === 1 && objects[0]?.kind === undefined) return objects[0];
  throw noPolicy(where);
}

function objectsIn(text: string, where: string): readonly unknown[] {
  const { objects, fault } = readYaml(text);
  if (fault !== undefined) throw new Failure('PolicyUnreadable', `${where}: ${fault}`, { hint: 'mend the YAML' });
  if (objects.length === 0) throw noPolicy(where);
  return objects;
}

const noPolicy = (where: string): Failure =>
  new Failure('PolicyMissing', `${where} holds no object of kind ${KIND}`, {
    hint: 'see examples/ for a policy to start from',
  });

/** Most of all a path where the policy itself belongs. */
const plainText = (where: string): Failure =>
  new Failure('PolicyMissing', `${where} holds plain text and no policy`, {
    hint:
      where === VARIABLE
        ? `${VARIABLE} takes the policy itself, as JSON or YAML; name its file with -f`
        : 'see examples/ for a policy to start from',
  });
