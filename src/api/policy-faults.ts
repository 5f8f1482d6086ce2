import { z } from 'zod';
import { counted } from './counted.ts';
import { nearField } from './near-field.ts';

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
  return { faults: result.error.issues.flatMap((issue) => faultsOf(issue, { schema, at, whole })) };
}

/** `spec.retention.keepDays: must be at least 1` */
export const faultSentence = ({ field, message }: PolicyFault): string =>
  field === '' ? `the policy ${message}` : `${field}: ${message}`;

interface Checking {
  readonly schema: z.ZodType;
  readonly at: Path;
  readonly whole: string;
}

function faultsOf(issue: z.core.$ZodIssue, { schema, at, whole }: Checking): PolicyFault[] {
  const path = [...at, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ field: fieldOf(path), message: issue.message }];
  const fields = fieldsBelow(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), fieldOf(at));
  return issue.keys.map((key) => {
    const field = fieldOf([...path, key]);
    const near = nearField(withoutNumbers(field), fields);
    const question = near === undefined ? '' : `; did you mean ${near}?`;
    return { field, message: `is not a field of ${whole}${question}` };
  });
}

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** Every field, as `spec.source.exclude`; those of a list's items as `spec.job.pod.volumes[].name`. */
function fieldsBelow(schema: JsonSchema | undefined, path: string): string[] {
  if (typeof schema !== 'object') return [];
  const { properties = {}, items, anyOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, field]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return [at, ...fieldsBelow(field, at)];
    }),
    ...(Array.isArray(items) ? [] : fieldsBelow(items, `${path}[]`)),
    ...anyOf.flatMap((member) => fieldsBelow(member, path)),
  ];
}

const withoutNumbers = (field: string): string => field.replace(/\[\d+\]/g, '[]');

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
