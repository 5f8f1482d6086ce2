import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { KIND, type Policy, policySchema } from '../api/policy.ts';
import { errorCode, Failure } from '../host/errors.ts';

/** Reads the policy that one would `kubectl apply`: from a file, or as JSON from CASE_BACKUP_POLICY as the controller gives it. */
export function readPolicy(file: string | undefined, env: Readonly<Record<string, string | undefined>>): Policy {
  const text = env['CASE_BACKUP_POLICY'];
  if (file !== undefined) return parsePolicy(readText(file), file);
  if (text) return parsePolicy(text, 'CASE_BACKUP_POLICY');
  throw new Failure('configuration', 'PolicyMissing', 'no policy is given', {
    hint: 'name one with -f policy.yaml; examples/ has some to start from',
  });
}

export function parsePolicy(text: string, where: string): Policy {
  const result = policySchema.safeParse(onlyPolicy(text, where));
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap(sentencesOf);
  throw new Failure('configuration', 'PolicyInvalid', `${where}: ${faults.join('; ')}`, {
    hint: 'kubectl explain cbp.spec describes every field; docs/policy.md shows them all',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : `can't be read (${errorCode(error)})`;
    throw new Failure('configuration', 'PolicyUnreadable', `the policy file ${file} ${why}`, {
      hint: 'check the path after -f',
      cause: error,
    });
  }
}

/** A file may hold other objects too, as a kubectl manifest does; exactly one of them is the policy. */
function onlyPolicy(text: string, where: string): unknown {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw noPolicy(where);
  for (const document of documents) {
    const [fault] = document.errors;
    if (fault)
      throw new Failure('configuration', 'PolicyUnreadable', `${where}: ${fault.message.split('\n')[0]}`, {
        hint: 'mend the YAML',
      });
  }
  const objects = documents.map((document) => document.toJS() as { kind?: unknown } | null);
  const policies = objects.filter((object) => object?.kind === KIND);
  if (policies.length > 1) {
    throw new Failure(
      'configuration',
      'PolicyAmbiguous',
      `${where} holds ${policies.length} policies, a run takes one`,
      { hint: 'put each in a file of its own' },
    );
  }
  const [policy] = policies;
  if (policy) return policy;
  if (objects.length === 1 && objects[0]?.kind === undefined) return objects[0];
  throw noPolicy(where);
}

const noPolicy = (where: string): Failure =>
  new Failure('configuration', 'PolicyMissing', `${where} holds no object of kind ${KIND}`, {
    hint: 'see examples/ for a policy to start from',
  });

function sentencesOf(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${at === '' ? key : `${at}.${key}`} is not a field of a policy`);
  return [
    `${at === '' ? 'the policy' : at} ${issue.code === 'custom' || issue.message.startsWith('must') ? issue.message : `is wrong: ${issue.message}`}`,
  ];
}
