import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { DEFAULTS, merged, type Values } from './default-values.ts';
import { PROBES } from './probes.ts';
import { drawn } from './random-values.ts';
import { EVERY_API, type RenderOptions } from './render.ts';
import { type JsonSchema, schemaAt } from './values-schema.ts';

/** Two values files that differ in one key alone. */
export interface ProbedKey {
  readonly from: Values;
  readonly to: Values;
  readonly options: RenderOptions;
}

/** What is switched off is switched on first, and the key gets another value that its schema allows. */
export function probeOf(key: readonly string[], schema: JsonSchema): ProbedKey {
  const { besides = {}, value, apiVersions = EVERY_API } = PROBES[key.join('.')] ?? {};
  const from = merged(switchedOn(key), besides);
  return { from, to: merged(from, nested(key, value ?? anotherValue(key, schema))), options: { apiVersions } };
}

/** The same in each run. */
function anotherValue(key: readonly string[], root: JsonSchema): unknown {
  const now = valueAt(key);
  const schema = schemaAt(key, root) ?? {};
  const others = drawn(schema, root, key.at(-1) ?? '').filter(
    (value) => !isDeepStrictEqual(value, now) && !isEmpty(value),
  );
  return fc.sample(others, { seed: 1, numRuns: 1 })[0];
}

/** `enabled: true` wherever that is a switch above the key. */
function switchedOn(key: readonly string[]): Values {
  const switches = key
    .map((_, place) => [...key.slice(0, place), 'enabled'])
    .filter((path) => path.length > 1 && !isDeepStrictEqual(path, key) && typeof valueAt(path) === 'boolean');
  return switches.reduce<Values>((values, path) => merged(values, nested(path, true)), {});
}

const valueAt = (path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Values | null | undefined)?.[key], DEFAULTS);

const nested = (path: readonly string[], value: unknown): Values =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;

const isEmpty = (value: unknown): boolean =>
  value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
