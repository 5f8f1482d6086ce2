import type { StructuralSchema } from '../src/api/structural-schema.ts';

/** Tables of fields in Markdown, from a structural schema. */

/** Every field below `path`, those of list items as `path.list[].field`. */
export function* fieldsBelow(path: string, schema: StructuralSchema): Generator<Field> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const below = `${path}.${name}`;
    yield { path: below, field, required: schema.required?.includes(name) ?? false };
    yield* fieldsBelow(field.items ? `${below}[]` : below, field.items ?? field);
  }
}

export interface Field {
  readonly path: string;
  readonly field: StructuralSchema;
  /** Where the field above is given. */
  readonly required: boolean;
}

/** What an author may write. */
export const specTable = (fields: Iterable<Field>): string =>
  table(
    ['Field', 'Type', 'Default', 'Limits', 'Meaning'],
    [...fields].map(({ path, field, required }) => [
      `\`${path}\``,
      typeOf(field),
      defaultOf(field, required),
      limitsOf(field),
      field.description ?? '',
    ]),
  );

/** What the controller writes. */
export const statusTable = (fields: Iterable<Field>): string =>
  table(
    ['Field', 'Type', 'Meaning'],
    [...fields].map(({ path, field }) => [`\`${path}\``, typeOf(field), field.description ?? '']),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function typeOf(field: StructuralSchema): string {
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(' or ');
  if (field.items) return `list of ${field.items.type}s`;
  if (field.additionalProperties)
    return field.additionalProperties.type === 'string' ? 'map of strings' : 'map of quantities';
  return field.format === 'date-time' ? 'time' : (field.type ?? '');
}

function defaultOf(field: StructuralSchema, required: boolean): string {
  if (required) return '**required**';
  return field.default === undefined || field.type === 'object' ? '' : `\`${JSON.stringify(field.default)}\``;
}

function limitsOf(field: StructuralSchema): string {
  const { minimum, maximum, multipleOf, minLength, maxLength, maxItems, maxProperties } = field;
  return [
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : '',
    minimum !== undefined && maximum === undefined ? `at least ${minimum}` : '',
    multipleOf === undefined ? '' : `a multiple of ${multipleOf}`,
    maxLength === undefined ? '' : `${minLength ? `${minLength} to` : 'at most'} ${maxLength} characters`,
    maxItems === undefined ? '' : `at most ${maxItems} items`,
    maxProperties === undefined ? '' : `at most ${maxProperties} entries`,
    field['x-kubernetes-validations']?.some(({ rule }) => rule === 'self == oldSelf') ? "can't be changed" : '',
  ]
    .filter((limit) => limit !== '')
    .join(', ');
}
