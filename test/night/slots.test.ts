import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { type NightChange, openScene, type Scene } from './scene.ts';
import { unzipped } from './truth.ts';

const UID = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01';
const LATER_MS = 3_600_000;

/** A night of this slot, and later another one with a file more in the source. */
async function twoNights(scene: Scene, first: NightChange, second: NightChange): Promise<[RunReport, RunReport]> {
  scene.emulator.tree.put('/OTHER/USA900_Else/letter.txt', 'of another office');
  const before = await scene.night(first);
  assert.equal(before.result, 'Succeeded', before.message);
  scene.clock.advance(LATER_MS);
  for (const root of ['/CASES', '/OTHER']) scene.emulator.tree.put(`${root}/USA009_New/new.txt`, 'of this week');
  return [before, await scene.night(second)];
}

test('a retry of the very same Job finds the backup made, and makes no other', async () => {
  await using scene = await openScene();
  const [first, second] = await twoNights(scene, { slot: UID }, { slot: UID });
  assert.deepEqual([second.result, second.runId, second.slot], ['Succeeded', first.runId, UID]);
  assert.match(second.warnings.join('\n'), /^AlreadyDone: /m);
  assert.equal((await scene.inventory()).backups.length, 1);
});

const OTHERS: Readonly<Record<string, [first: NightChange, second: NightChange]>> = {
  'another Job': [{ slot: UID }, { slot: UID.replace(/1$/, '2') }],
  'a Job whose name was there before': [{ slot: 'first' }, { slot: 'first' }],
  'a minute of the schedule that comes again': [
    { slot: 'case-backup-nightly-29401620' },
    { slot: 'case-backup-nightly-29401620' },
  ],
  'another policy with the same slot': [{ slot: UID }, { slot: UID, policyName: 'weekly' }],
  'another source with the same slot': [{ slot: UID }, { slot: UID, sourceRoot: '/OTHER' }],
};

for (const [what, [first, second]] of Object.entries(OTHERS)) {
  test(`${what} makes a backup of its own, with what is new`, async () => {
    await using scene = await openScene();
    const [before, report] = await twoNights(scene, first, second);
    assert.equal(report.result, 'Succeeded', report.message);
    assert.notEqual(report.runId, before.runId);
    assert.doesNotMatch(report.warnings.join('\n'), /AlreadyDone/);
    const inZip = await unzipped(scene.emulator, report.backup?.path ?? '');
    assert.ok(inZip.has('USA009_New/new.txt'));
    const { backups } = await scene.inventory();
    assert.deepEqual(
      backups.map(({ status }) => status),
      ['verified', 'verified'],
    );
  });
}
