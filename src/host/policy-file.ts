import { readFileSync } from 'node:fs';
import { type Document, LineCounter, parseAllDocuments, visit } from 'yaml';
import { z } from 'zod';
import { KIND, type Policy, policySchema } from '../api/policy.ts';
import { checkPolicy, faultSentence } from '../api/policy-faults.ts';
import { errorCode, Failure, messageOf } from './errors.ts';

/** Reads the policy that one would `kubectl apply`: from a file, or as JSON from CASE_BACKUP_POLICY as the controller gives it. */
export function readPolicy(file: string | undefined, env: Readonly<Record<string, string | undefined>>): Policy {
  const text = env['CASE_BACKUP_POLICY'];
  if (file !== undefined) return parsePolicy(readText(file), file);
  if (text) return parsePolicy(text, 'CASE_BACKUP_POLICY');
  throw new Failure('PolicyMissing', 'no policy is given', {
    hint: 'name one with -f policy.yaml; examples/ has some to start from',
  });
}

/** The name in a policy that may be wrong in every other way, for the report of a run that it stops; '' if it has none. */
export function policyName(file: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  try {
    const policy = onlyPolicy(file === undefined ? (env['CASE_BACKUP_POLICY'] ?? '') : readText(file), '');
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

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : `can't be read (${errorCode(error)})`;
    throw new Failure('PolicyUnreadable', `the policy file ${file} ${why}`, {
      hint: 'check the path after -f',
      cause: error,
    });
  }
}

/** A file may hold other objects too, as a kubectl manifest does; exactly one of them is the policy. */
function onlyPolicy(text: string, where: string): unknown {
  const objects = objectsIn(text, where) as readonly ({ kind?: unknown } | null)[];
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
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  if (!Array.isArray(documents)) throw noPolicy(where);
  const fault = documents
    .map((document) => syntaxFault(document) ?? aliasFault(document, lineCounter))
    .find((found) => found !== undefined);
  if (fault !== undefined) throw unreadable(where, fault);
  try {
    return documents.map((document) => document.toJS());
  } catch (error) {
    // Aliases of aliases that unfold to more than anybody means; the library says so.
    throw unreadable(where, messageOf(error), error);
  }
}

/** The library's sentence, which says the line, without the excerpt below it. */
const syntaxFault = ({ errors: [error] }: Document.Parsed): string | undefined =>
  error?.message.split('\n')[0]?.replace(/:$/, '');

/** What the library would throw, or an object that contains itself. */
function aliasFault(document: Document.Parsed, lines: LineCounter): string | undefined {
  let fault: string | undefined;
  visit(document, {
    Alias(_, alias, around) {
      const anchored = alias.resolve(document);
      if (anchored !== undefined && !around.includes(anchored)) return undefined;
      const { line } = lines.linePos(alias.range?.[0] ?? 0);
      const why = anchored ? 'stands within what it stands for' : `has no anchor &${alias.source} in front of it`;
      fault = `the alias *${alias.source} at line ${line} ${why}`;
      return visit.BREAK;
    },
  });
  return fault;
}

const unreadable = (where: string, why: string, cause?: unknown): Failure =>
  new Failure('PolicyUnreadable', `${where}: ${why}`, { hint: 'mend the YAML', cause });

const noPolicy = (where: string): Failure =>
  new Failure('PolicyMissing', `${where} holds no object of kind ${KIND}`, {
    hint: 'see examples/ for a policy to start from',
  });
