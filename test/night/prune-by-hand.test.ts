import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySpec } from '../../src/api/policy.ts';
import { type PruneOnlyOutcome, pruneOnly } from '../../src/repository/retention/prune-only.ts';
import { failureOf } from '../support/failure-of.ts';
import { aPolicy, never, openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;

async function expired(nights: number): Promise<Scene> {
  const scene = await openScene({ cases: 1 });
  for (let night = 0; night < nights; night++) {
    await scene.night();
    scene.clock.advance(DAY_MS);
  }
  return scene;
}

function prune(
  scene: Scene,
  mode: PolicySpec['retention']['mode'],
  words: { dryRun?: boolean; force?: boolean } = {},
): Promise<PruneOnlyOutcome> {
  const policy = aPolicy({ retention: { mode, keepDays: 1, minimumBackups: 1 } });
  const options = { dryRun: false, force: false, ...words, clock: scene.clock, signal: never };
  return pruneOnly(scene.destination(), policy, options);
}

const stored = async (scene: Scene): Promise<number> => (await scene.inventory()).backups.length;

test('prune by hand deletes nothing where the policy’s mode is Disabled, and names the word that would', async () => {
  await using scene = await expired(4);
  const failure = await failureOf(prune(scene, 'Disabled'));
  assert.deepEqual([failure?.code, failure?.exitCode], ['RetentionDisabled', 2]);
  assert.match(failure?.hint ?? '', /prune --force/);
  assert.equal(await stored(scene), 4);
  const shown = await prune(scene, 'Disabled', { dryRun: true });
  assert.deepEqual([shown.deleted.length, shown.isDryRun, await stored(scene)], [2, true, 4]);
  const forced = await prune(scene, 'Disabled', { force: true });
  assert.deepEqual([forced.deleted.length, forced.isDryRun, await stored(scene)], [2, false, 2]);
});

test('prune by hand only shows what it would delete where the policy’s mode is DryRun, until it is forced', async () => {
  await using scene = await expired(4);
  const shown = await prune(scene, 'DryRun');
  assert.deepEqual([shown.deleted.length, shown.isDryRun, await stored(scene)], [2, true, 4]);
  const both = await prune(scene, 'DryRun', { force: true, dryRun: true });
  assert.deepEqual([both.isDryRun, await stored(scene)], [true, 4]);
  assert.equal((await prune(scene, 'DryRun', { force: true })).isDryRun, false);
  assert.equal(await stored(scene), 2);
});

test('prune by hand deletes nothing when for more than a week no run is on record', async () => {
  await using scene = await expired(4);
  scene.clock.advance(30 * DAY_MS);
  const outcome = await prune(scene, 'Enforce');
  assert.match(outcome.heldBecause ?? '', /without a run on record/);
  assert.equal(await stored(scene), 4);
});
