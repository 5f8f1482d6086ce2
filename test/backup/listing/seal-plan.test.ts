import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SealedPlan, sealPlan } from '../../../src/backup/listing/seal-plan.ts';
import type { Entry, FileEntry } from '../../../src/store/store.ts';
import { file, folder, planOf } from './plan-fixture.ts';

const never = new AbortController().signal;

const sealed = (entries: readonly Entry[]): Promise<SealedPlan> => sealPlan(planOf(entries), never);

const fingerprints = async (entries: readonly Entry[]): Promise<Record<string, string>> =>
  Object.fromEntries((await sealed(entries)).cases.map(({ name, fingerprint }) => [name, fingerprint]));

test('counts cases, files and bytes: a case without files is one, a file beside the cases is none', async () => {
  const { totals, cases } = await sealed([
    file('Smith/1', { size: 10 }),
    file('Smith/Mails/2', { size: 5 }),
    folder('Jones'),
    file('loose.txt', { size: 1 }),
    { kind: 'unusable', path: 'Smith/pipe', key: 'Smith/pipe', reason: 'special_file' },
  ]);
  assert.deepEqual(totals, { cases: 2, files: 4, bytes: 16 });
  assert.deepEqual(
    cases.map(({ name, folder: at }) => [name, at]),
    [
      ['Jones', 'CASES/Jones'],
      ['Smith', 'CASES/Smith'],
    ],
  );
});

test('a case whose name Windows forbids is known by its own name, and lies in a folder that it can make', async () => {
  const { cases } = await sealed([file('Smith: v. Jones?/1')]);
  assert.deepEqual(
    cases.map(({ name, folder: at }) => [name, at]),
    [['Smith: v. Jones?', 'CASES/Smith%3A v. Jones%3F']],
  );
});

test('the same files give the same fingerprint, in whatever order they were listed', async () => {
  const entries = [file('Smith/1'), file('Smith/Mails/2'), file('Jones/3')];
  assert.deepEqual(await fingerprints(entries), await fingerprints(entries.toReversed()));
  assert.notEqual((await fingerprints(entries))['Smith'], (await fingerprints(entries))['Jones']);
});

test('anything that makes a file another one changes the fingerprint of its case and of no other', async () => {
  const before = await fingerprints([file('Smith/1'), file('Jones/1')]);
  const changes: readonly Partial<FileEntry>[] = [
    { rev: 'rev-2' },
    { size: 99 },
    { id: 'id:other' },
    { contentHash: 'cd'.repeat(32) },
    { modified: new Date(Date.UTC(2026, 0, 1, 0, 0, 1)) },
    { path: 'Smith/2', key: 'Smith/2', name: '2' },
  ];
  for (const change of changes) {
    const after = await fingerprints([file('Smith/1', change), file('Jones/1')]);
    assert.notEqual(after['Smith'], before['Smith'], JSON.stringify(change));
    assert.equal(after['Jones'], before['Jones']);
  }
  assert.notEqual((await fingerprints([file('Smith/1'), file('Smith/2')]))['Smith'], before['Smith']);
});

test('an empty folder that comes or goes changes the fingerprint, and so does one more thing that can’t be backed up', async () => {
  const before = await fingerprints([folder('Smith'), file('Smith/1'), folder('Jones')]);
  const pipe: Entry = { kind: 'unusable', path: 'Smith/pipe', key: 'Smith/pipe', reason: 'special_file' };
  for (const added of [folder('Smith/Later'), pipe, { ...pipe, reason: 'unreadable' } as const]) {
    const after = await fingerprints([folder('Smith'), file('Smith/1'), folder('Jones'), added]);
    assert.notEqual(after['Smith'], before['Smith']);
    assert.equal(after['Jones'], before['Jones']);
  }
  const unreadable = await fingerprints([folder('Smith'), { ...pipe, reason: 'unreadable' }]);
  assert.notEqual(unreadable['Smith'], (await fingerprints([folder('Smith'), pipe]))['Smith']);
});

test('a case of which nothing can be backed up has a folder in the archive all the same', async () => {
  const { cases } = await sealed([{ kind: 'unusable', path: 'Smith/a', key: 'smith/a', reason: 'unreadable' }]);
  assert.deepEqual(
    cases.map(({ name, folder: at }) => [name, at]),
    [['Smith', 'CASES/Smith']],
  );
});

test('whoever waits gets a turn while a large plan is sealed, and a signal ends it', async () => {
  const plan = planOf(Array.from({ length: 60_000 }, (_, n) => file(`Case ${n % 50}/${n}`)));
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error('enough')));
  await assert.rejects(sealPlan(plan, stop.signal), { message: 'enough' });
  plan.close();
});
