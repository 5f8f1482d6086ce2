import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { policyCrd } from '../../src/api/crd.ts';
import { walk } from '../api/schema-walk.ts';
import { crdPlane } from './crd-plane.ts';
import { until } from './until.ts';

/** What `kubectl explain` says: every field, with its description. */
const { kubectl } = crdPlane();

// The server publishes the descriptions of a new kind some seconds after the kind.
before(() =>
  until('kubectl explain to know the kind', async () => (await kubectl(['explain', 'casebackuppolicy'])).code === 0, {
    within: 60_000,
    everyMs: 500,
  }),
);

const [version] = policyCrd().spec.versions;
const root = version?.schema.openAPIV3Schema ?? {};
const groups = [...walk('casebackuppolicy', root)]
  .filter(([path, { properties }]) => properties && !path.endsWith('.metadata'))
  .map(([path, schema]) => ({ path: path.replaceAll('[]', ''), fields: Object.entries(schema.properties ?? {}) }));

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

test('there are groups of fields in spec and status', () => {
  const paths = groups.map(({ path }) => path);
  for (const path of ['casebackuppolicy.spec.source.dropbox', 'casebackuppolicy.status.conditions'])
    assert.ok(paths.includes(path), `${path} is not in ${paths.join(', ')}`);
});

for (const { path, fields } of groups) {
  test(`kubectl explain ${path} describes each of its ${fields.length} fields`, async () => {
    const { stdout, stderr, code } = await kubectl(['explain', path]);
    assert.equal(code, 0, stderr);
    assert.ok(!stdout.includes('<no description>'), stdout);
    for (const [name, { description = '' }] of fields) {
      assert.match(stdout, new RegExp(`^  ${name}\t<`, 'm'));
      // The server has words of its own for these two.
      if (!/^(apiVersion|kind|metadata)$/.test(name)) assert.ok(oneLine(stdout).includes(description), description);
    }
  });
}

for (const part of ['spec', 'status'] as const) {
  test(`kubectl explain casebackuppolicy.${part} --recursive has every field`, async () => {
    const { stdout } = await kubectl(['explain', `casebackuppolicy.${part}`, '--recursive']);
    const shown = [...stdout.matchAll(/^ +(\w+)\t</gm)].map(([, name]) => name).sort();
    const wanted = [...walk(part, root.properties?.[part] ?? {})]
      .slice(1)
      .map(([path]) => path.split('.').at(-1) ?? '')
      .filter((name) => /^\w+$/.test(name))
      .sort();
    assert.deepEqual(shown, wanted);
  });
}
