import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifestFault, namespaceFault, overlapFault, spaceFault } from '../../../src/backup/guards/guards.ts';
import { manifestBytesAtMost } from '../../../src/repository/manifest.ts';
import type { Identity } from '../../../src/store/store.ts';

const at = (path: string, lineage: readonly string[] = [], account = 'dbid:1'): Identity => ({
  realm: account,
  account,
  root: { exists: lineage.length > 0, path, lineage },
});

test('one folder is refused as source and destination whichever of the two contains the other', () => {
  for (const [source, destination] of [
    ['/cases', '/cases'],
    ['/cases', '/cases/a/backups'],
    ['/backups/old/cases', '/backups'],
    ['/cases', ''],
    ['', '/backups'],
    ['/cases', '/'],
  ] as const) {
    assert.equal(overlapFault(at(source), at(destination))?.code, 'Overlap', `${source} and ${destination}`);
  }
});

test('folders that lie side by side, in other accounts or in another kind of store do not overlap', () => {
  assert.equal(overlapFault(at('/cases'), at('/cases backup')), undefined);
  assert.equal(overlapFault(at('/cases'), at('/backups')), undefined);
  assert.equal(overlapFault(at('/cases'), at('/cases/a', [], 'dbid:2')), undefined);
  assert.equal(overlapFault(at('/cases'), at('/cases', [], 'file system')), undefined);
});

test('a folder that is reached by two paths is known by its id', () => {
  const shared = at('/shared by a colleague', ['id:cases', 'id:top']);
  assert.equal(overlapFault(at('/cases', ['id:cases', 'id:home']), shared)?.code, 'Overlap');
  assert.equal(overlapFault(at('/x', ['id:x', 'id:cases']), shared)?.code, 'Overlap');
  assert.equal(overlapFault(at('/x', ['id:x', 'id:home']), shared), undefined);
});

test('another namespace than that of the last backup is refused, a first one is not', () => {
  assert.equal(namespaceFault('2', '1')?.exit, 'credentials');
  assert.equal(namespaceFault(undefined, '1')?.exit, 'credentials');
  assert.equal(namespaceFault('1', '1'), undefined);
  assert.equal(namespaceFault('1', undefined), undefined);
});

test('a destination is too small when nine tenths of what the last backup suggests do not fit', () => {
  const last = { source: 1000, archive: 500 };
  const verdict = (free: number): string | undefined =>
    spaceFault({ allocated: 10_000, used: 10_000 - free }, 2000, last)?.exit;
  assert.equal(verdict(900), undefined);
  assert.equal(verdict(899), 'noSpace');
  assert.equal(spaceFault({ allocated: 100, used: 200 }, 2000, last)?.exit, 'noSpace');
});

test('nothing is said about space where the store does not say, or nothing is known to compare with', () => {
  assert.equal(spaceFault(undefined, 2000, { source: 1000, archive: 500 }), undefined);
  assert.equal(spaceFault({ allocated: 1, used: 1 }, 2000, undefined), undefined);
  assert.equal(spaceFault({ allocated: 1, used: 1 }, 2000, { source: 0, archive: 500 }), undefined);
});

const casesNamed = (count: number, name: string): { name: string; folder: string }[] =>
  Array.from({ length: count }, () => ({ name, folder: name }));

test('more cases than a manifest can list are refused, by the bytes of their names', () => {
  const usual = 'USA00001_Maria_Fernandez';
  assert.equal(manifestFault(casesNamed(58_000, usual)), undefined);
  const fault = manifestFault(casesNamed(62_000, usual));
  assert.deepEqual([fault?.code, fault?.exit], ['TooManyCases', 'refused']);
  assert.match(fault?.message ?? '', /62000 cases/);
  assert.equal(manifestFault(casesNamed(20_000, '案'.repeat(200)))?.code, 'TooManyCases');
});

test('the bound of a manifest holds for the largest figures, and is no more than they need', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const at = { offset: most, bytes: most, directory_offset: most, directory_bytes: most, entries: most };
  const names = casesNamed(1000, 'a "quoted" näme\n');
  const figures = { files: most, bytes: most, skipped: most, fingerprint: 'f'.repeat(64), at };
  const cases = names.map((named) => ({ ...named, ...figures }));
  const text = JSON.stringify({ cases_included: names.map(({ name }) => name), cases }, null, 2);
  const spare = manifestBytesAtMost(names) - manifestBytesAtMost([]) - Buffer.byteLength(text);
  assert.ok(spare > 0 && spare < 20_000, `${spare} bytes to spare`);
});
