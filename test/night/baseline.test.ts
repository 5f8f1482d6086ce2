import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../src/repository/record.ts';
import { openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const RUNS = '/BACKUPS/.case-backup/runs/';

const shrink = ({ emulator }: Scene): void => {
  for (const n of [2, 3, 4, 5]) emulator.tree.remove(`/CASES/USA00${n}_Client ${n}`);
};

const recordsIn = ({ emulator }: Scene): string[] =>
  emulator.tree.files('/BACKUPS').filter((path) => path.startsWith(RUNS));

async function editRecord({ emulator }: Scene, edit: (record: RunRecord) => unknown): Promise<void> {
  for (const path of emulator.tree.files('/BACKUPS').filter((file) => file.startsWith(RUNS))) {
    const record = JSON.parse(String(await emulator.tree.read(path))) as RunRecord;
    emulator.tree.put(path, JSON.stringify(edit(record) ?? record));
  }
}

/** What may have become of the night before; its record still says what it listed. */
const FATES: Readonly<Record<string, (scene: Scene, backup: string) => unknown>> = {
  'was incomplete': () => undefined,
  'has a backup that was altered': ({ emulator }, backup) => emulator.tree.put(backup, 'edited'),
  'has a backup that is gone': ({ emulator }, backup) => emulator.tree.remove(backup),
  'has a backup that was pruned': async (scene, backup) => {
    scene.emulator.tree.remove(backup);
    await editRecord(scene, (record) => ({ ...record, prunedTime: record.startTime }));
  },
  'was recorded by a release that knew no root': (scene) =>
    editRecord(scene, ({ source: { root: _, ...source }, ...record }) => ({ ...record, source })),
};

for (const [what, befall] of Object.entries(FATES)) {
  test(`a source that has lost most of its cases is refused when the night before ${what}`, async () => {
    await using scene = await openScene();
    if (what === 'was incomplete') scene.emulator.tree.flag('/CASES/USA001_Client 1/letter.txt', { locked: true });
    const first = await scene.night();
    assert.ok(first.backup, first.message);
    await befall(scene, first.backup.path);
    scene.clock.advance(DAY_MS);
    shrink(scene);
    const { exitCode, reason } = await scene.night();
    assert.deepEqual([exitCode, reason], [5, 'SourceShrunk']);
  });
}

test('a first backup in an empty folder calls itself that, and the second names the run that it was compared with', async () => {
  await using scene = await openScene();
  const first = await scene.night();
  assert.deepEqual(first.baseline, { kind: 'FirstBackup' });
  assert.match(first.message, /; the first backup in this folder$/);
  assert.deepEqual(first.warnings, []);
  scene.clock.advance(DAY_MS);
  const second = await scene.night();
  assert.deepEqual(second.baseline, { kind: 'LastNight', runId: first.runId });
  assert.doesNotMatch(second.message, /first/);
});

test('a night whose predecessors have all failed is still the first backup', async () => {
  await using scene = await openScene();
  assert.equal((await scene.night({ spec: { guards: { minFiles: 1000 } } })).reason, 'SourceEmpty');
  scene.clock.advance(DAY_MS);
  assert.deepEqual((await scene.night()).baseline, { kind: 'FirstBackup' });
});

/** Ways to lose the memory, and what the warning says stands there. */
const LOSSES: Readonly<Record<string, { lose(scene: Scene): unknown; says: RegExp }>> = {
  'the hidden folder was tidied away': {
    lose: ({ emulator }) => emulator.tree.remove('/BACKUPS/.case-backup'),
    says: /all that is here is 1 backup without a run record/,
  },
  'all backups and records were deleted': {
    lose(scene) {
      for (const path of scene.emulator.tree.files('/BACKUPS'))
        if (path.endsWith('.zip') || path.startsWith(RUNS)) scene.emulator.tree.remove(path);
    },
    says: /the run records of before are gone/,
  },
  'the only record was edited until nobody could read it': {
    lose: (scene) => scene.emulator.tree.put(recordsIn(scene)[0] ?? '', '{}'),
    says: /1 run record that can't be read/,
  },
};

for (const [what, { lose, says }] of Object.entries(LOSSES)) {
  test(`a night after which nothing can be compared says so: ${what}`, async () => {
    await using scene = await openScene();
    await scene.night();
    scene.clock.advance(DAY_MS);
    await lose(scene);
    shrink(scene);
    const { result, baseline, warnings } = await scene.night();
    assert.deepEqual([result, baseline?.kind], ['Succeeded', 'Nothing']);
    const told = warnings.find((warning) => warning.startsWith('NothingToCompare: '));
    assert.match(told ?? '', says);
  });
}

test('a record that can’t be read beside others is told, and the guards know the others', async () => {
  await using scene = await openScene();
  await scene.night();
  scene.clock.advance(DAY_MS);
  await scene.night();
  scene.emulator.tree.put(recordsIn(scene)[1] ?? '', 'not JSON');
  scene.clock.advance(DAY_MS);
  const third = await scene.night();
  assert.match(third.warnings.join('\n'), /^RecordsUnreadable: 1 run record can't be read/m);
  assert.deepEqual(third.baseline, { kind: 'LastNight', runId: scene.reports[0]?.runId });
});

test('files that were emptied are refused although none is missing', async () => {
  await using scene = await openScene();
  await scene.night();
  for (const path of scene.emulator.tree.files('/CASES')) scene.emulator.tree.put(path, '');
  const { exitCode, reason, message } = await scene.night();
  assert.deepEqual([exitCode, reason], [5, 'SourceShrunk']);
  assert.match(message, /31 files of 0 bytes in all, the last backup had \d+ bytes/);
});

test('a source that loses a little less than the guard allows each night is told, then refused', async () => {
  await using scene = await openScene({ cases: 0 });
  for (let n = 0; n < 100; n++) scene.emulator.tree.put(`/CASES/C${n}/a.txt`, 'a');
  let left = 100;
  const told: string[] = [];
  for (let night = 0; night < 6; night++) {
    const { reason, warnings } = await scene.night();
    told.push(reason === 'Verified' && warnings.some((text) => text.startsWith('SourceShrinking')) ? 'warned' : reason);
    scene.clock.advance(DAY_MS);
    const next = Math.ceil(left * 0.81);
    for (let n = next; n < left; n++) scene.emulator.tree.remove(`/CASES/C${n}`);
    left = next;
  }
  assert.deepEqual(told, ['Verified', 'Verified', 'warned', 'warned', 'SourceShrunk', 'SourceShrunk']);
});
