import { isDeepStrictEqual } from 'node:util';
import { type JsonSchema, resolved } from './values-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** Whether a value is one of the schema's; what draws values can't look ahead to `oneOf`, `not` and `if`. */
export function accepts(given: JsonSchema, value: unknown, root: JsonSchema): boolean {
  const schema = resolved(given, root);
  const holds = (part: JsonSchema): boolean => accepts(part, value, root);
  const { allOf = [], anyOf, oneOf, not } = schema;
  return (
    (schema.type === undefined || [schema.type].flat().some((type) => isOfType(value, type))) &&
    (schema.enum === undefined || schema.enum.some((each) => isDeepStrictEqual(each, value))) &&
    (!('const' in schema) || isDeepStrictEqual(schema.const, value)) &&
    (typeof value !== 'string' || acceptsString(schema, value)) &&
    (typeof value !== 'number' || isWithin(value, schema.minimum, schema.maximum)) &&
    (!Array.isArray(value) || acceptsList(schema, value, root)) &&
    (!isObject(value) || acceptsObject(schema, value, root)) &&
    allOf.every(holds) &&
    (anyOf === undefined || anyOf.some(holds)) &&
    (oneOf === undefined || oneOf.filter(holds).length === 1) &&
    (not === undefined || !holds(not)) &&
    (schema.if === undefined || holds((holds(schema.if) ? schema.then : schema.else) ?? {}))
  );
}

function acceptsString(schema: JsonSchema, value: string): boolean {
  const isLike = schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
  return isLike && isWithin([...value].length, schema.minLength, schema.maxLength);
}

function acceptsList(schema: JsonSchema, value: readonly unknown[], root: JsonSchema): boolean {
  const { items } = schema;
  const isUnique = new Set(value.map((each) => JSON.stringify(each))).size === value.length;
  return (
    isWithin(value.length, schema.minItems, schema.maxItems) &&
    (schema.uniqueItems !== true || isUnique) &&
    (items === undefined || value.every((each) => accepts(items, each, root)))
  );
}

function acceptsObject(schema: JsonSchema, value: Json, root: JsonSchema): boolean {
  const { properties = {}, patternProperties = {}, additionalProperties = true, propertyNames } = schema;
  const keys = Object.keys(value);
  return (
    isWithin(keys.length, schema.minProperties, schema.maxProperties) &&
    (schema.required ?? []).every((key) => key in value) &&
    keys.every((key) => {
      const patterns = Object.entries(patternProperties).filter(([pattern]) => new RegExp(pattern, 'u').test(key));
      const own = [
        ...(Object.hasOwn(properties, key) ? [properties[key] ?? {}] : []),
        ...patterns.map(([, each]) => each),
      ];
      const isNamed = propertyNames === undefined || accepts(propertyNames, key, root);
      if (own.length > 0) return isNamed && own.every((each) => accepts(each, value[key], root));
      return (
        isNamed &&
        (additionalProperties === true ||
          (additionalProperties !== false && accepts(additionalProperties, value[key], root)))
      );
    })
  );
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWithin = (value: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean =>
  value >= least && value <= most;
