import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { documentedKeys, undocumentedKeys } from './documented-keys.ts';
import { CHART } from './helm.ts';
import type { Rendered } from './manifest.ts';
import { probeOf } from './probe.ts';
import { PROBES } from './probes.ts';
import { type RenderOptions, render } from './render.ts';
import { type JsonSchema, resolved, schemaAt, valuesSchema } from './values-schema.ts';

const keys = documentedKeys();
const schema = valuesSchema();

describe('Every key of values.yaml', () => {
  it('has a comment that says what it is', () => {
    assert.deepEqual(undocumentedKeys(), []);
    assert.ok(keys.length > 0);
  });

  it('has an entry in values.schema.json, with a description', () => {
    assert.deepEqual(
      keys.filter((key) => !schemaAt(key, schema)?.description).map((key) => key.join('.')),
      [],
    );
  });

  it('has a row in README.md that says what it is', () => {
    const rows = readFileSync(join(CHART, 'README.md'), 'utf8').matchAll(/^\| (\S+) \|.*\| (.*) \|$/gm);
    const described = new Map(Array.from(rows, ([, key, description = '']) => [key, description.trim()]));
    assert.deepEqual(
      keys.map((key) => key.join('.')).filter((key) => !described.get(key)),
      [],
    );
  });
});

it('values.schema.json has no key that values.yaml does not show', () => {
  const known = new Set(keys.flatMap((key) => key.map((_, place) => key.slice(0, place + 1).join('.'))));
  assert.deepEqual(
    shownKeys(schema, []).filter((key) => !known.has(key)),
    [],
  );
});

it('every probe is of a key that there is', () => {
  const names = new Set(keys.map((key) => key.join('.')));
  assert.deepEqual(
    Object.keys(PROBES).filter((key) => !names.has(key)),
    [],
  );
});

describe('What is rendered changes with', { concurrency: availableParallelism() }, () => {
  const before = new Map<string, Promise<Rendered[]>>();
  const unchanged = (values: object, options: RenderOptions): Promise<Rendered[]> => {
    const name = JSON.stringify([values, options]);
    const rendered = before.get(name) ?? render(values, options);
    before.set(name, rendered);
    return rendered;
  };

  for (const key of keys)
    it(key.join('.'), async () => {
      const { from, to, options } = probeOf(key, schema);
      const [was, is] = await Promise.all([unchanged(from, options), render(to, options)]);
      assert.ok(!isDeepStrictEqual(was, is), `nothing is different with ${JSON.stringify(to)}`);
    });
});

/** Down to the documented keys; what lies below one of them is its own affair. */
function shownKeys(given: JsonSchema, path: readonly string[]): string[] {
  const isDocumented = keys.some((key) => isDeepStrictEqual(key, path));
  const { properties } = resolved(given, schema);
  if (isDocumented || properties === undefined) return path.length === 0 ? [] : [path.join('.')];
  return Object.entries(properties).flatMap(([name, each]) => shownKeys(each, [...path, name]));
}
