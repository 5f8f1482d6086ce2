import { z } from 'zod';
import { GROUP, KIND, policySpecSchema, VERSION } from '../src/api/policy.ts';

/** docs/policy.md, from the schema in src/api/policy.ts: what a policy's author may write. */

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | false;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

export function policyPage(): string {
  const spec: JsonSchema = z.toJSONSchema(policySpecSchema, { io: 'input' }) as unknown as JsonSchema;
  const sections = Object.entries(spec.properties ?? {});
  const plain = sections.filter(([, field]) => !field.properties);
  const grouped = sections.filter(([, field]) => field.properties);
  return `<!-- Made by \`npm run generate\` from src/api/policy.ts. -->
# The policy

A \`${KIND}\` (\`${GROUP}/${VERSION}\`) says what is backed up, where to, when, and for how long. By
hand it is the file after \`-f\`; in Kubernetes it is the very same object. \`spec.source\` and \`spec.destination\` must be given, everything
else has a default; \`backup-job config -f policy.yaml\` shows a policy with its defaults filled in. A field that is not
in these tables is refused, so a typing error never goes unnoticed. "Required" holds where the field above it is given.
Examples: [examples/](../examples/).

\`metadata.name\` has at most 40 characters: it becomes part of a CronJob's name.

## spec
${table(plain.map(([name, field]) => row(`spec.${name}`, field, isRequired(spec, name))))}${grouped.map(([name, field]) => section(name, field)).join('')}`;
}

function section(name: string, field: JsonSchema): string {
  const fixed =
    name === 'source' || name === 'destination' ? ' Required; exactly one of `dropbox` and `directory`.' : '';
  return `
## spec.${name}
${field.description ?? ''}${fixed}

${table(rows(`spec.${name}`, field))}`;
}

function rows(path: string, schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    row(`${path}.${name}`, field, isRequired(schema, name)),
    ...rows(`${path}.${name}`, field),
  ]);
}

const isRequired = (schema: JsonSchema, name: string): boolean => schema.required?.includes(name) ?? false;

function row(path: string, field: JsonSchema, required: boolean): string {
  const cells = [`\`${path}\``, typeOf(field), defaultOf(field, required), limitsOf(field), field.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const table = (lines: readonly string[]): string =>
  `${['| Field | Type | Default | Limits | Meaning |', '| --- | --- | --- | --- | --- |', ...lines].join('\n')}\n`;

function typeOf(field: JsonSchema): string {
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(' or ');
  if (field.items) return `list of ${typeOf(field.items)}s`;
  if (field.type === 'object' && field.additionalProperties) return `map of ${typeOf(field.additionalProperties)}s`;
  return field.type ?? '';
}

function defaultOf(field: JsonSchema, required: boolean): string {
  if (required) return '**required**';
  return field.default === undefined || field.type === 'object' ? '' : `\`${JSON.stringify(field.default)}\``;
}

/** zod bounds every integer by what a double can hold; that is no limit worth a word. */
function limitsOf({ minimum, maximum, multipleOf, minLength, maxLength, maxItems }: JsonSchema): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return [
    minimum !== undefined && most !== undefined ? `${minimum} to ${most}` : '',
    minimum !== undefined && most === undefined ? `at least ${minimum}` : '',
    multipleOf === undefined ? '' : `a multiple of ${multipleOf}`,
    maxLength === undefined ? '' : `${minLength ? `${minLength} to` : 'at most'} ${maxLength} characters`,
    maxItems === undefined ? '' : `at most ${maxItems} items`,
  ]
    .filter((limit) => limit !== '')
    .join(', ');
}
