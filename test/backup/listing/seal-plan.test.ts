import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealPlan } from '../../../src/backup/listing/seal-plan.ts';
import type { Entry, FileEntry } from '../../../src/store/store.ts';
import { file, folder, planOf } from './plan-fixture.ts';

const fingerprints = (entries: readonly Entry[]): Record<string, string> =>
  Object.fromEntries(sealPlan(planOf(entries)).cases.map(({ name, fingerprint }) => [name, fingerprint]));

test('counts cases, files and bytes: a case without files is one, a file beside the cases is none', () => {
  const sealed = sealPlan(
    planOf([
      file('Smith/1', { size: 10 }),
      file('Smith/Mails/2', { size: 5 }),
      folder('Jones'),
      file('loose.txt', { size: 1 }),
      { kind: 'unusable', path: 'Smith/pipe', key: 'Smith/pipe', reason: 'special_file' },
    ]),
  );
  assert.deepEqual(sealed.totals, { cases: 2, files: 4, bytes: 16 });
  assert.deepEqual(
    sealed.cases.map(({ name, folder: at }) => [name, at]),
    [
      ['Jones', 'CASES/Jones'],
      ['Smith', 'CASES/Smith'],
    ],
  );
});

test('a case whose name Windows forbids is known by its own name, and lies in a folder that it can make', () => {
  const { cases } = sealPlan(planOf([file('Smith: v. Jones?/1')]));
  assert.deepEqual(
    cases.map(({ name, folder: at }) => [name, at]),
    [['Smith: v. Jones?', 'CASES/Smith%3A v. Jones%3F']],
  );
});

test('the same files give the same fingerprint, in whatever order they were listed', () => {
  const entries = [file('Smith/1'), file('Smith/Mails/2'), file('Jones/3')];
  assert.deepEqual(fingerprints(entries), fingerprints(entries.toReversed()));
  assert.notEqual(fingerprints(entries)['Smith'], fingerprints(entries)['Jones']);
});

test('anything that makes a file another one changes the fingerprint of its case and of no other', () => {
  const before = fingerprints([file('Smith/1'), file('Jones/1')]);
  const changes: readonly Partial<FileEntry>[] = [
    { rev: 'rev-2' },
    { size: 99 },
    { id: 'id:other' },
    { contentHash: 'cd'.repeat(32) },
    { modified: new Date(Date.UTC(2026, 0, 1, 0, 0, 1)) },
    { path: 'Smith/2', key: 'Smith/2', name: '2' },
  ];
  for (const change of changes) {
    const after = fingerprints([file('Smith/1', change), file('Jones/1')]);
    assert.notEqual(after['Smith'], before['Smith'], JSON.stringify(change));
    assert.equal(after['Jones'], before['Jones']);
  }
  assert.notEqual(fingerprints([file('Smith/1'), file('Smith/2')])['Smith'], before['Smith']);
});
