import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from './helm.ts';

/** The part of JSON schema that values.schema.json is written in; another keyword is an error of `accepts`. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly else?: JsonSchema;
}

export function valuesSchema(): JsonSchema {
  return JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as JsonSchema;
}

/** A schema that only refers to another, with what it says besides: `{ "$ref": "#/$defs/labels", "description": … }`. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const { $ref, ...own } = schema;
  if ($ref === undefined) return schema;
  const target = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
  if (target === undefined) throw new Error(`${$ref} refers to nothing in the file`);
  return { ...resolved(target as JsonSchema, root), ...own };
}

/** What the schema says of the key at `path`; undefined where it has no such key. */
export function schemaAt(path: readonly string[], root: JsonSchema): JsonSchema | undefined {
  let schema: JsonSchema | undefined = root;
  for (const key of path) {
    const { properties }: JsonSchema = resolved(schema, root);
    schema = properties?.[key];
    if (schema === undefined) return undefined;
  }
  return resolved(schema, root);
}
