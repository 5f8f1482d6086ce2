import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { policySpecSchema } from '../../src/api/policy.ts';
import { checkPolicy, faultSentence } from '../../src/api/policy-faults.ts';
import { structuralSchema } from '../../src/api/structural-schema.ts';
import { dropbox } from './policy-cases.ts';
import { walk } from './schema-walk.ts';

const faultsOf = (schema: z.ZodType, value: unknown): string[] =>
  checkPolicy(schema, value, ['spec']).faults?.map(faultSentence) ?? [];

const SENTENCES: readonly [what: string, schema: z.ZodType, value: unknown, sentence: string][] = [
  ['a missing value', z.string(), undefined, 'is missing'],
  ['a missing choice', z.enum(['A', 'B']), undefined, 'is missing'],
  ['text for a number', z.int(), '5', 'must be a number, not text'],
  ['a fraction for a whole number', z.int(), 1.5, 'must be a whole number, not 1.5'],
  ['what is no number', z.number(), Number.NaN, 'must be a number, not NaN'],
  ['true for text', z.string(), true, 'must be text, not true'],
  ['a list for text', z.string(), ['a'], 'must be text, not a list'],
  ['a group for a list', z.array(z.string()), {}, 'must be a list, not a group of fields'],
  ['text for a group', z.strictObject({}), 'a', 'must be a group of fields, not text'],
  ['text for a map', z.record(z.string(), z.int()), 'a', 'must be a group of fields, not text'],
  ['nothing for a group', z.strictObject({}), null, 'must be a group of fields, not empty'],
  ['a number for a boolean', z.boolean(), 1, 'must be true or false, not 1'],
  ['a number below the least', z.int().min(3), 2, 'must be at least 3'],
  ['a number above the most', z.int().max(3), 4, 'must be at most 3'],
  ['a number between two', z.int().multipleOf(4), 6, 'must be a multiple of 4'],
  ['empty text', z.string().min(1), '', 'must not be empty'],
  ['short text', z.string().min(3), 'ab', 'must have at least 3 characters'],
  ['long text', z.string().max(3), 'abcd', 'must have at most 3 characters'],
  ['a long list', z.array(z.int()).max(1), [1, 2], 'must have at most 1 item'],
  ['another constant', z.literal('v1'), 'v2', 'must be v1'],
  ['one of two', z.enum(['A', 'B']), 'C', 'must be A or B'],
  ['one of three', z.enum(['A', 'B', 'C']), 'D', 'must be A, B or C'],
  ["the schema's own sentence", z.string().max(3, 'must be short'), 'abcd', 'must be short'],
  ['what nobody foresaw', z.string().regex(/^a/), 'b', 'is not valid'],
];

for (const [what, schema, value, sentence] of SENTENCES) {
  test(`${what} is told as "${sentence}"`, () => {
    assert.deepEqual(faultsOf(schema, value), [`spec: ${sentence}`]);
  });
}

test('every unknown field is told by its own path, an item of a list by its number', () => {
  const schema = z.strictObject({ a: z.array(z.strictObject({ b: z.int() })) });
  assert.deepEqual(faultsOf(schema, { a: [{ b: 1 }, { b: 'x', c: 1, d: 2 }] }), [
    'spec.a[1].b: must be a number, not text',
    'spec.a[1].c: is not a field of a policy',
    'spec.a[1].d: is not a field of a policy',
  ]);
});

for (const [path, meant] of [
  ['retention.keepDay', 'keepDays'],
  ['retention.kepeDays', 'keepDays'],
  ['retention.keep_days', 'keepDays'],
  ['retention.keepdays', 'keepDays'],
  ['retention.mod', 'mode'],
  ['shedule', 'schedule'],
  ['timezone', 'timeZone'],
  ['keepDays', 'spec.retention.keepDays'],
  ['source.directory.requireMount', 'spec.destination.directory.requireMount'],
  ['source.directory.excludes', undefined],
  ['source.exclud', 'exclude'],
  ['retention.enabled', undefined],
  ['x', undefined],
  ['a'.repeat(100_000), undefined],
] as const)
  test(`spec.${path.slice(0, 60)} is told with ${meant ?? 'no field'} as what may be meant`, () => {
    const written = path.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), 1);
    const said = faultsOf(policySpecSchema, written).find((sentence) => sentence.startsWith(`spec.${path}: is not`));
    assert.equal(said?.split(';')[1], meant === undefined ? undefined : ` did you mean ${meant}?`);
  });

test("a field of a list's item that is mistyped is told with the one that may be meant", () => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ name: z.string() })) });
  const [said] = faultsOf(schema, { list: [{ name: 'a', nmae: 'b' }] });
  assert.equal(said, 'spec.list[0].nmae: is not a field of a policy; did you mean name?');
});

/** The value with something else at a path of walk(). */
function replaced(value: unknown, [step = '', ...rest]: readonly string[], by: unknown): unknown {
  const group = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const name = step.replace('[]', '');
  if (step !== name) return { ...group, [name]: [rest.length === 0 ? by : replaced({}, rest, by)] };
  return { ...group, [name === '*' ? 'cpu' : name]: rest.length === 0 ? by : replaced(group[name], rest, by) };
}

test('no wrong value of any field is told in the words of the library', () => {
  const paths = [...walk('spec', structuralSchema(policySpecSchema, 'spec'))].map(([path]) => path.split('.').slice(1));
  let told = 0;
  for (const path of paths.filter((steps) => steps.length > 0)) {
    for (const wrong of ['', 'x'.repeat(2000), -1, 1.5, 1e300, true, null, [], [[]], {}, { no: 1 }, Number.NaN]) {
      for (const sentence of faultsOf(policySpecSchema, replaced(dropbox(), path, wrong))) {
        told += 1;
        assert.match(sentence, /^spec(\.\w+|\[\d+\])*: (is|must|needs|belongs|a schedule|") ?.{3,}/);
        assert.doesNotMatch(sentence, /invalid|expected|received|too (big|small)|unrecognized|undefined|is not valid/i);
      }
    }
  }
  assert.ok(told > 400, `${told} sentences are too few`);
});
