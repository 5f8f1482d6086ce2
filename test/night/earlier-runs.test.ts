import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_EARLIER_RUNS, type RunReport } from '../../src/api/report.ts';
import type { Store } from '../../src/store/store.ts';
import { type NightChange, openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const uid = (day: number): string => `7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e0${day}`;

async function nextNight(scene: Scene, day: number, change: NightChange = {}): Promise<RunReport> {
  if (scene.reports.length > 0) scene.clock.advance(DAY_MS);
  return await scene.night({ slot: uid(day), ...change });
}

const told = ({ earlierRuns = [] }: RunReport) =>
  earlierRuns.map(({ slot, result, reason, backupPath, level }) => [slot, result, reason, backupPath, level]);
const saved = (day: number, { backup }: RunReport) => [uid(day), 'Succeeded', 'Verified', backup?.path, 'Standard'];
const breaksOff = (): NightChange => ({
  wrapDestination: (store: Store): Store => ({ ...store, move: () => Promise.reject(new Error('not tonight')) }),
});

test('a run tells of the runs before it, newest first, as the records know them', async () => {
  await using scene = await openScene();
  const first = await nextNight(scene, 1);
  assert.deepEqual(first.earlierRuns, []);
  const second = await nextNight(scene, 2);
  const [run] = second.earlierRuns ?? [];
  assert.deepEqual(run, {
    runId: first.runId,
    slot: uid(1),
    result: 'Succeeded',
    reason: 'Verified',
    startTime: first.startTime,
    completionTime: run?.completionTime,
    backupPath: first.backup?.path,
    cases: first.cases,
    files: first.files,
    sourceBytes: first.sourceBytes,
    archiveBytes: first.archiveBytes,
    level: 'Standard',
  });
  assert.deepEqual(told(await nextNight(scene, 3)), [saved(2, second), saved(1, first)]);
});

test('a run that fails once it has read the records tells of them too, and on record it is the same', async () => {
  await using scene = await openScene();
  const first = await nextNight(scene, 1);
  const second = await nextNight(scene, 2, breaksOff());
  assert.equal(second.result, 'Failed');
  assert.deepEqual(told(second), [saved(1, first)]);
  const { records } = (await scene.inventory()).records;
  const stored = records.find(({ record }) => record.runId === second.runId)?.record.report;
  assert.deepEqual(stored?.earlierRuns, second.earlierRuns);
  const third = await nextNight(scene, 3);
  assert.deepEqual(told(third), [[uid(2), 'Failed', second.reason, undefined, undefined], saved(1, first)]);
});

test('the tries of one Job are one run, that which made its backup', async () => {
  await using scene = await openScene();
  await nextNight(scene, 1, breaksOff());
  scene.clock.advance(60_000);
  const second = await scene.night({ slot: uid(1) });
  assert.deepEqual([second.result, second.earlierRuns], ['Succeeded', []]);
  assert.deepEqual(told(await nextNight(scene, 2)), [saved(1, second)]);
});

test('nothing is told of a backup that is gone or is no longer what was verified, nor of another policy', async () => {
  await using scene = await openScene();
  const first = await nextNight(scene, 1);
  const second = await nextNight(scene, 2);
  const third = await nextNight(scene, 3);
  await nextNight(scene, 4, { policyName: 'weekly' });
  scene.emulator.tree.remove(first.backup?.path ?? '');
  scene.emulator.tree.put(second.backup?.path ?? '', 'something else');
  assert.deepEqual(told(await nextNight(scene, 5)), [saved(3, third)]);
});

test(`no more than ${MOST_EARLIER_RUNS} runs are told of, and none without a Job`, async () => {
  await using scene = await openScene({ cases: 1 });
  for (let day = 1; day <= MOST_EARLIER_RUNS + 1; day++) await nextNight(scene, day);
  scene.clock.advance(DAY_MS);
  await scene.night();
  const last = await nextNight(scene, 9);
  assert.deepEqual(
    last.earlierRuns?.map(({ slot }) => slot),
    [5, 4, 3, 2].map(uid),
  );
});
