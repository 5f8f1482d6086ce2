import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decidedNames, decideNames, foldName } from '../../../src/backup/listing/archive-names.ts';
import { type PlannedItem, walk } from '../../../src/backup/listing/walk.ts';
import type { Entry } from '../../../src/store/store.ts';
import { file, folder, planOf } from './plan-fixture.ts';

/** Chooses the names and walks the plan again with them, as a night does. */
function itemsOf(entries: readonly Entry[]): PlannedItem[] {
  const plan = planOf(entries);
  const chosen = [...walk(plan.entries(), decideNames(plan))];
  const walked = [...walk(plan.entries(), decidedNames(plan))];
  assert.deepEqual(walked, chosen, 'the second walk gives other names than the first');
  plan.close();
  return walked;
}

const filesOf = (items: readonly PlannedItem[]): [string, string][] =>
  items.filter(({ entry }) => entry.kind === 'file').map(({ path, archiveName }) => [path, archiveName]);

const name = fc.constantFrom(
  ...[
    'a',
    'A',
    'a ~2',
    'A ~2',
    'é',
    'e\u0301',
    'É',
    'CON',
    '%43ON',
    'a:b',
    'a%3Ab',
    'x.txt',
    'X.TXT',
    'x ~2.txt',
    'ß',
    'SS',
  ],
  ...[`${'l'.repeat(255)}`, `${'l'.repeat(254)}:`, `${'L'.repeat(254)}:`, 'a b', 'a-b', '.', ' '],
);
/** Paths of which none is a folder of another. */
const paths = fc
  .uniqueArray(fc.array(name, { minLength: 1, maxLength: 4 }), { maxLength: 40, selector: (parts) => parts.join('/') })
  .map((all) => all.map((parts) => parts.join('/')))
  .map((all) => all.filter((path) => !all.some((other) => other.startsWith(`${path}/`))));

test('every listed file has one place in the archive, and no computer takes two of them for the same', () => {
  fc.assert(
    fc.property(paths, (listed) => {
      const items = itemsOf(listed.map((path) => file(path)));
      assert.deepEqual(items.map(({ path }) => path).sort(), [...listed].sort());
      const places = new Map<string, string>();
      for (const { archiveName } of items) {
        const parts = archiveName.split('/');
        for (let depth = 1; depth <= parts.length; depth++) {
          const place = parts.slice(0, depth).join('/') + (depth < parts.length ? '/' : '');
          const folded = parts.slice(0, depth).map(foldName).join('/');
          assert.equal(places.get(folded) ?? place, place, 'two names that fold to the same');
          places.set(folded, place);
        }
        assert.ok(parts.every((part) => Buffer.byteLength(part) <= 255));
      }
      assert.equal(new Set(items.map(({ archiveName }) => archiveName)).size, items.length);
    }),
    { numRuns: 2000 },
  );
});

test('the files of a case lie together, and what it is called does not depend on the order of the listing', () => {
  fc.assert(
    fc.property(paths, fc.infiniteStream(fc.nat()), fc.boolean(), (listed, random, withFolders) => {
      const parents = [
        ...new Set(
          listed.flatMap((path) =>
            path
              .split('/')
              .slice(0, -1)
              .map((_, n, all) => all.slice(0, n + 1).join('/')),
          ),
        ),
      ];
      const entries: Entry[] = [...listed.map((path) => file(path)), ...(withFolders ? parents.map(folder) : [])];
      const shuffled = entries
        .map((entry) => ({ entry, place: Number(random.next().value) }))
        .sort((a, b) => a.place - b.place)
        .map(({ entry }) => entry);
      const items = itemsOf(shuffled);
      assert.deepEqual(filesOf(items), filesOf(itemsOf(listed.map((path) => file(path)))));
      const cases = items
        .map(({ caseName }) => caseName)
        .filter((caseName, n, all) => caseName !== '' && caseName !== all[n - 1]);
      assert.equal(new Set(cases).size, cases.length, 'a case comes in two pieces');
    }),
    { numRuns: 1000 },
  );
});

test('only an empty folder has an entry of its own', () => {
  const items = itemsOf([
    folder('Smith'),
    folder('Smith/Mails'),
    file('Smith/Mails/a.eml'),
    folder('Smith/Later'),
    folder('Jones'),
  ]);
  assert.deepEqual(
    items.filter((item) => item.isEmptyFolder).map(({ archiveName }) => archiveName),
    ['CASES/Jones/', 'CASES/Smith/Later/'],
  );
});

test('of two twins the one that comes first in the archive keeps its name', () => {
  const entries = [file('Smith/letter.pdf'), file('Smith/LETTER.pdf'), file('Smith/Letter.pdf')];
  assert.deepEqual(filesOf(itemsOf(entries)), [
    ['Smith/LETTER.pdf', 'CASES/Smith/LETTER.pdf'],
    ['Smith/Letter.pdf', 'CASES/Smith/Letter ~2.pdf'],
    ['Smith/letter.pdf', 'CASES/Smith/letter ~3.pdf'],
  ]);
});

test('a file beside the cases belongs to none, an export has the extension of what it becomes', () => {
  const items = itemsOf([file('read me.txt'), file('Smith/Minutes.paper', { exportedAs: '.html' })]);
  assert.deepEqual(
    items.map(({ caseName, archiveName }) => [caseName, archiveName]),
    [
      ['Smith', 'CASES/Smith/Minutes.paper.html'],
      ['', 'CASES/read me.txt'],
    ],
  );
});

test('what can’t be backed up keeps its path for the list and takes no name in the archive', () => {
  const [item] = itemsOf([{ kind: 'unusable', path: 'Smith/pipe', key: 'Smith/pipe', reason: 'special_file' }]);
  assert.deepEqual([item?.path, item?.archiveName], ['Smith/pipe', '']);
});
