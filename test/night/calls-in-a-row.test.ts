import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RoundedCall, roundsOf, shownRounds } from './call-rounds.ts';
import { openScene, type Scene, type SceneOptions } from './scene.ts';

const DAY_MS = 86_400_000;

async function tenSmallCases(options: SceneOptions = {}): Promise<Scene> {
  const scene = await openScene({ ...options, cases: 0 });
  scene.emulator.tree.generate({ path: '/CASES', cases: 10, filesPerCase: 2, size: 2000 });
  return scene;
}

/**
 * What a night of ten small cases waits for, one after the other:
 *
 *   token, account, both roots with the lease, its content, the lease, the state folders with the backups and a bookmark,
 *   the records, top (beside the policy), cases, changes; contents, upload; a look at it with its tail (of so small an
 *   archive all); record, lease, look, move; record with backups and quota, record, lease
 *
 * Each is 100 ms over an ocean. A new one has to say what it protects.
 */
const NIGHT = 20;
/** Two round trips before the first call; the first night's contents are asked for a round before all their connections are open. */
const CONNECTING = [3, 2];
const inARow = (calls: readonly RoundedCall[]): number => calls.at(-1)?.round ?? 0;

test('a night waits for 20 calls one after the other, and asks nothing twice', { timeout: 120_000 }, async () => {
  await using scene = await tenSmallCases();
  const nights = [];
  for (let night = 1; night <= 2; night++) {
    nights.push(await roundsOf(scene.emulator, () => scene.night()));
    assert.equal(scene.reports.at(-1)?.reason, 'Verified');
    scene.clock.advance(DAY_MS);
  }
  const [first = [], second = []] = nights;
  // Two state folders that are not there are refused, looked for by the store, and looked at by whoever lists them; the
  // policy is put. The second reads the lease, one record, the policy and the cases of the night before. Of an archive of
  // 50 KB what is looked at first are two ranges.
  assert.deepEqual([first.length, second.length], [67, 67], `${shownRounds(first)}\n\n${shownRounds(second)}`);
  for (const calls of nights) assert.equal(inARow(calls), NIGHT, shownRounds(calls));
});

test('a night waits for its first connection, and hardly for another', { timeout: 120_000 }, async () => {
  await using scene = await tenSmallCases({ relayed: true });
  for (const connecting of CONNECTING) {
    const calls = await roundsOf(scene.emulator, () => scene.night(), scene.relay);
    assert.equal(scene.reports.at(-1)?.reason, 'Verified');
    assert.equal(inARow(calls), NIGHT + connecting, shownRounds(calls));
    scene.clock.advance(DAY_MS);
  }
});

test('thirty backups cost one more call each, and a deletion five in a row', { timeout: 240_000 }, async () => {
  await using scene = await tenSmallCases();
  for (let night = 1; night <= 30; night++) {
    assert.equal((await scene.night()).reason, 'Verified');
    scene.clock.advance(DAY_MS);
  }
  const kept = await roundsOf(scene.emulator, () => scene.night());
  assert.equal(scene.reports.at(-1)?.retention?.deleted, 0);
  assert.equal(inARow(kept), NIGHT, shownRounds(kept));
  assert.equal(kept.length, 67 + 29);
  scene.clock.advance(DAY_MS);
  const deleting = await roundsOf(scene.emulator, () => scene.night());
  assert.equal(scene.reports.at(-1)?.retention?.deleted, 1);
  // The lease, the record that it goes, a look at it, its removal; then how full the account is by now.
  assert.equal(inARow(deleting), NIGHT + 5, shownRounds(deleting));
  assert.equal(deleting.length, 67 + 30 + 5);
});
