import assert from 'node:assert/strict';
import { test } from 'node:test';
import { houseFaults } from '../../scripts/house.ts';

const faultsOf = (sources: Readonly<Record<string, string>>): string[] => houseFaults(new Map(Object.entries(sources)));

test('a circle is refused, also one of types only, and is told once', () => {
  const faults = faultsOf({
    'src/host/a.ts': "import type { B } from './b.ts';\n",
    'src/host/b.ts': "import { type C } from './c.ts';\n",
    'src/host/c.ts': "import type { A } from './a.ts';\n",
    'src/host/d.ts': "import { a } from './a.ts';\n",
  });
  assert.deepEqual(faults, [
    'src/host/a.ts: imports itself by src/host/b.ts → src/host/c.ts → src/host/a.ts; move what they share, types too',
  ]);
});

test('sources that only meet again further down are no circle', () => {
  const below = "import type { X } from './x.ts';\n";
  assert.deepEqual(
    faultsOf({
      'src/host/top.ts': "import './left.ts';\nimport './right.ts';\n",
      'src/host/left.ts': below,
      'src/host/right.ts': below,
      'src/host/x.ts': '',
    }),
    [],
  );
});

test('a folder of more than 25 files is refused', () => {
  const folder = (files: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: files }, (_, i) => [`src/host/file-${i}.ts`, '']));
  assert.deepEqual(faultsOf(folder(25)), []);
  assert.deepEqual(faultsOf(folder(26)), ['src/host: has 26 files, the cap is 25; it is two rooms']);
});

test('an import against the direction of the house is refused', () => {
  assert.match(
    faultsOf({ 'src/repository/a.ts': "import type { Night } from '../backup/night.ts';\n" }).join(),
    /^src\/repository\/a.ts: imports src\/backup\/night.ts, but src\/repository may only use/,
  );
  assert.match(faultsOf({ 'src/kitchen/a.ts': '' }).join(), /lies in no room of the house/);
});

test('a file of more than 250 lines, or with a name that says nothing, is refused', () => {
  assert.match(faultsOf({ 'src/host/long.ts': '\n'.repeat(251) }).join(), /has 251 lines, the cap is 250/);
  assert.match(faultsOf({ 'src/host/utils.ts': '' }).join(), /"utils" says nothing/);
});
