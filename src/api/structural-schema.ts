import { z } from 'zod';
import { type CelRule, VALIDATIONS } from './cel-rules.ts';

/**
 * The part of OpenAPI v3 that a CRD's structural schema may use and ours does (Kubernetes, "Extend the Kubernetes API
 * with CustomResourceDefinitions", Specifying a structural schema).
 */
export interface StructuralSchema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Taken over as they are, in this order; everything else is converted, dropped for a reason given below, or an error. */
const KEPT = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'maxProperties',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  VALIDATIONS,
];

/**
 * `$schema` names a dialect that CRDs don't have. Closed objects and keys of maps need no word: the server prunes unknown
 * fields, and refuses them first where the client asks for it, as kubectl does.
 */
const IMPLIED = ['$schema', 'propertyNames'];
const CONVERTED = ['properties', 'additionalProperties', 'items', 'anyOf'];

/**
 * What an author may write (before defaults) as a structural schema. `path` is where it stands, for errors. Throws on a
 * field without a description, which `kubectl explain` would show as `<no description>`, and on what a CRD can't say.
 */
export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, path);
}

function convert(schema: JsonSchema, path: string): StructuralSchema {
  const converted: Record<string, unknown> = {};
  for (const key of KEPT) if (schema[key] !== undefined) converted[key] = schema[key];
  const lost = Object.keys(schema).filter((key) => ![...KEPT, ...IMPLIED, ...CONVERTED].includes(key));
  if (lost.length > 0) throw new Error(`${path} uses ${lost.join(', ')}, which a CRD can't say`);

  if (schema['anyOf']) Object.assign(converted, intOrString(schema['anyOf'] as readonly JsonSchema[], path));
  if (schema['type'] === 'integer') plainInteger(converted);
  // Kubernetes checks the format itself; zod's pattern for it is as long as it is redundant.
  if (schema['format'] === 'date-time') delete converted['pattern'];
  if (schema['type'] === 'array') converted['x-kubernetes-list-type'] ??= 'atomic';

  if (schema['items']) converted['items'] = convert(schema['items'] as JsonSchema, `${path}[]`);
  if (schema['properties'])
    converted['properties'] = fieldsOf(schema['properties'] as Record<string, JsonSchema>, path);
  const values = schema['additionalProperties'] as JsonSchema | false | undefined;
  if (values && isAnything(values)) converted['x-kubernetes-preserve-unknown-fields'] = true;
  else if (values) converted['additionalProperties'] = convert(values, `${path}.*`);
  return converted;
}

function fieldsOf(fields: Readonly<Record<string, JsonSchema>>, path: string): Record<string, StructuralSchema> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (!field['description']) throw new Error(`${path}.${name} has no description`);
      return [name, convert(field, `${path}.${name}`)];
    }),
  );
}

/** A map of unknown values: fields that the server keeps as they are, instead of pruning them. */
const isAnything = (values: JsonSchema): boolean => Object.keys(values).length === 0;

/** zod bounds every integer by what a double holds, which is no rule of ours; int64 is what other Kubernetes APIs say. */
function plainInteger(schema: Record<string, unknown>): void {
  schema['format'] = 'int64';
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
}

/** A quantity; the one union that a structural schema knows. A pattern is the text's alone, a minimum the number's. */
function intOrString(members: readonly JsonSchema[], path: string): StructuralSchema {
  const [text, number, ...more] = members;
  if (text?.['type'] !== 'string' || number?.['type'] !== 'integer' || more.length > 0)
    throw new Error(`${path} is a union other than string or integer`);
  const { type: _, ...ofText } = convert(text, path);
  const { type: __, format: ___, ...ofNumber } = convert(number, path);
  return { 'x-kubernetes-int-or-string': true, ...ofText, ...ofNumber };
}
