import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { policyCrd } from '../../src/api/crd.ts';
import { policySpecSchema } from '../../src/api/policy.ts';
import { statusSchema } from '../../src/api/status.ts';
import { type StructuralSchema, structuralSchema } from '../../src/api/structural-schema.ts';
import { ACCEPTED } from './accepted-policies.ts';
import { SAMPLE_STATUS } from './sample-status.ts';
import { valuesAt, walk, withDefaults } from './schema-walk.ts';

const crd = policyCrd();
const [version] = crd.spec.versions;
assert.ok(version);
const part = (name: 'spec' | 'status'): StructuralSchema => {
  const schema = version.schema.openAPIV3Schema.properties?.[name];
  assert.ok(schema);
  return schema;
};
const FIELDS = [...walk('spec', part('spec')), ...walk('status', part('status'))];

const FILES = ['k8s/crds', 'charts/case-backup/files/crds'].map(
  (folder) => new URL(`../../${folder}/casebackup.io_casebackuppolicies.yaml`, import.meta.url),
);

for (const file of FILES) {
  test(`${file.pathname.split('/').slice(-3).join('/')} says in every version of YAML what the code says`, () => {
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^# Made by `npm run generate` from src\/api\/crd\.ts/);
    const wanted = JSON.parse(JSON.stringify(crd));
    for (const yaml of ['1.1', '1.2'] as const) assert.deepEqual(parse(text, { version: yaml }), wanted);
  });
}

test('every field of spec and status has a description', () => {
  assert.ok(FIELDS.length > 150, `${FIELDS.length} fields are too few`);
  const silent = FIELDS.filter(([path, { description }]) => !/(\[\]|\.\*)$/.test(path) && !description);
  assert.deepEqual(
    silent.map(([path]) => path),
    [],
  );
});

test('every text, list and map of the spec is bounded, as the cost limit of CEL asks', () => {
  const unbounded = [...walk('spec', part('spec'))].filter(([, schema]) => {
    if (schema.type === 'string') return schema.maxLength === undefined && !schema.enum;
    if (schema.type === 'array') return schema.maxItems === undefined;
    return schema.additionalProperties !== undefined && schema.maxProperties === undefined;
  });
  assert.deepEqual(
    unbounded.map(([path]) => path),
    [],
  );
});

test('no bound is what a double holds, and every integer is one of 64 bits', () => {
  const integers = FIELDS.filter(([, { type }]) => type === 'integer');
  assert.ok(integers.length > 20);
  for (const [path, { format, minimum = 0, maximum = 0 }] of integers) {
    assert.equal(format, 'int64', path);
    assert.ok(Math.max(maximum, -minimum) < Number.MAX_SAFE_INTEGER, path);
  }
});

for (const { what, policy } of ACCEPTED) {
  test(`the CRD's defaults are the job's, for a policy with ${what}`, () => {
    const { spec } = policy as { spec: Record<string, unknown> };
    const given = JSON.parse(JSON.stringify(spec), (_, value) => value ?? undefined);
    const filled = withDefaults(given, part('spec')) as { job: { resources?: unknown } };
    const { job, ...rest } = policySpecSchema.parse(given);
    assert.deepEqual(
      { ...filled, job: { ...filled.job, resources: undefined } },
      { ...rest, job: { ...job, resources: undefined } },
    );
  });
}

test('the sample status is one and sets every field that there is', () => {
  assert.deepEqual(statusSchema.parse(SAMPLE_STATUS), SAMPLE_STATUS);
  const unset = [...walk('status', part('status'))].filter(
    ([path]) => valuesAt({ ...SAMPLE_STATUS }, path).length === 0,
  );
  assert.deepEqual(
    unset.map(([path]) => path),
    [],
  );
});

for (const { name, type, format, jsonPath } of version.additionalPrinterColumns) {
  test(`the column ${name} shows a field of its type`, () => {
    const path = jsonPath.slice(1).replace(/\[\?\(@\.type=="\w+"\)\]/, '[]');
    const shown = FIELDS.find(([field]) => field === path)?.[1];
    if (name === 'Age') return assert.equal(path, 'metadata.creationTimestamp');
    assert.ok(shown, `${path} is no field`);
    const isTime = shown.format === 'date-time';
    assert.equal(type === 'date' || format === 'date-time', isTime);
    if (!isTime) assert.equal(type, shown.type);
    const [, condition] = /=="(\w+)"/.exec(jsonPath) ?? [];
    if (condition)
      assert.ok(
        SAMPLE_STATUS.conditions?.some((one) => one.type === condition),
        condition,
      );
  });
}

test('conditions are a map by type and every other list is replaced as one', () => {
  const lists = FIELDS.filter(([, { type }]) => type === 'array');
  const maps = lists.filter(([, schema]) => schema['x-kubernetes-list-type'] !== 'atomic');
  assert.deepEqual(
    maps.map(([path, schema]) => [path, schema['x-kubernetes-list-type'], schema['x-kubernetes-list-map-keys']]),
    [['status.conditions', 'map', ['type']]],
  );
  assert.ok(lists.length > 6);
});

const REFUSED_SCHEMAS: readonly [what: string, schema: z.ZodType, says: RegExp][] = [
  [
    'a field without a description',
    z.object({ a: z.object({ b: z.string() }).describe('A.') }),
    /x\.a\.b has no description/,
  ],
  [
    'an undescribed field of list items',
    z.object({ a: z.array(z.object({ b: z.string() })).describe('A.') }),
    /x\.a\[\]\.b has no/,
  ],
  ['a constant', z.object({ a: z.literal('b').describe('A.') }), /x\.a uses const/],
  ['a pair', z.object({ a: z.tuple([z.string(), z.string()]).describe('A.') }), /x\.a uses prefixItems/],
  ['a union of objects', z.object({ a: z.union([z.object({}), z.string()]).describe('A.') }), /x\.a is a union/],
];

test('a map of anything is kept by the server as it is', () => {
  const schema = z.object({ a: z.record(z.string(), z.unknown()).describe('A.') });
  assert.deepEqual(structuralSchema(schema, 'x').properties?.['a'], {
    description: 'A.',
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  });
});

for (const [what, schema, says] of REFUSED_SCHEMAS) {
  test(`a schema with ${what} makes no CRD`, () => {
    assert.throws(() => structuralSchema(schema, 'x'), says);
  });
}
