import type { z } from 'zod';
import { counted } from './counted.ts';

/** One thing that is wrong with a policy. */
export interface PolicyFault {
  /** As kubectl writes it: `spec.source.exclude[0]`; '' for the whole. */
  readonly field: string;
  /** What is wrong with it: `must be a number, not text`. */
  readonly message: string;
}

type Path = readonly PropertyKey[];

export type Checked<T> =
  | { readonly data: T; readonly faults?: undefined }
  | { readonly data?: undefined; readonly faults: readonly PolicyFault[] };

/**
 * A policy, or the part of one that stands at `at`, or else every fault in words for its author, who need not know what
 * checked it. `whole` is what its author calls the whole, where that is no policy.
 */
export function checkPolicy<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: Path = [],
  whole = 'a policy',
): Checked<z.output<S>> {
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return { data: result.data };
  return { faults: result.error.issues.flatMap((issue) => faultsOf(issue, at, whole)) };
}

/** `spec.retention.keepDays: must be at least 1` */
export const faultSentence = ({ field, message }: PolicyFault): string =>
  field === '' ? `the policy ${message}` : `${field}: ${message}`;

function faultsOf(issue: z.core.$ZodIssue, at: Path, whole: string): PolicyFault[] {
  const path = [...at, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ field: fieldOf(path), message: issue.message }];
  return issue.keys.map((key) => ({ field: fieldOf([...path, key]), message: `is not a field of ${whole}` }));
}

const fieldOf = (path: Path): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`)).join('');

/** In place of zod's own sentences; the schema's own messages come first. */
function sentence(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin === 'string') return 'must not be empty';
      return `must ${amount('at least', issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must ${amount('at most', issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return 'is not valid';
  }
}

/** zod's names of types, as an author of YAML would call them. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

/** Numbers and the like as they are; text not, which may be long. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of fields';
  return value === null ? 'empty' : String(value);
}

const PARTS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

function amount(bound: string, limit: number | bigint, origin: string): string {
  const part = PARTS[origin];
  return part === undefined ? `be ${bound} ${limit}` : `have ${bound} ${counted(Number(limit), part)}`;
}

function oneOf(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}
