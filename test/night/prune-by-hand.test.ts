import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySpec } from '../../src/api/policy.ts';
import { acquireLease } from '../../src/repository/lease/lease.ts';
import { LEASE_FILE } from '../../src/repository/names.ts';
import { type PruneOnlyOutcome, pruneOnly } from '../../src/repository/retention/prune-only.ts';
import type { Store } from '../../src/store/store.ts';
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

/** The store of a prune, with something that happens between its beginning and its lease. */
const beforeLease = (scene: Scene, meanwhile: () => Promise<unknown>): Store => {
  const store = scene.destination();
  let isBefore = true;
  return {
    ...store,
    async put(path, bytes, expect, signal) {
      if (isBefore && path === LEASE_FILE) {
        isBefore = false;
        await meanwhile();
      }
      return await store.put(path, bytes, expect, signal);
    },
  };
};

const enforced = aPolicy({ retention: { keepDays: 1, minimumBackups: 1 } });

test('prune by hand decides by what stands once it has the lease: what justified a deletion may be gone by then', async () => {
  await using scene = await expired(4);
  const options = { dryRun: false, force: false, clock: scene.clock, signal: never };
  const [first, second, ...newest] = (await scene.inventory()).backups.map(({ name }) => name);
  const store = beforeLease(scene, async () => {
    for (const name of newest) scene.emulator.tree.remove(`/BACKUPS/${name}`);
  });
  const outcome = await pruneOnly(store, enforced, options);
  assert.deepEqual([outcome.deleted, outcome.heldBecause], [[], undefined]);
  assert.deepEqual(
    (await scene.inventory()).backups.map(({ name }) => name),
    [first, second],
  );
});

test('prune by hand waits for nobody and deletes nothing while a run holds the lease', async () => {
  await using scene = await expired(4);
  const options = { dryRun: false, force: false, clock: scene.clock, signal: never };
  const attempt = { slot: 'a', policy: 'nightly', source: '/CASES' };
  const lease = await acquireLease(scene.destination(), { ...options, runId: 'a', attempt, onLost: () => undefined });
  scene.emulator.tree.put(`/BACKUPS/${LEASE_FILE}`, await heldElsewhere(scene));
  assert.equal((await failureOf(pruneOnly(scene.destination(), enforced, options)))?.code, 'LeaseHeld');
  assert.equal((await pruneOnly(scene.destination(), enforced, { ...options, dryRun: true })).deleted.length, 2);
  assert.equal(await stored(scene), 4);
  await lease.release(never).catch(() => undefined);
});

async function heldElsewhere({ emulator }: Scene): Promise<string> {
  const held = JSON.parse(String(await emulator.tree.read(`/BACKUPS/${LEASE_FILE}`)));
  return JSON.stringify({ ...held, process: 'elsewhere' });
}

test('prune by hand writes nothing where it only looks, and nothing where no destination is yet', async () => {
  await using scene = await expired(4);
  const before = scene.emulator.tree.files('/BACKUPS');
  const lease = async (): Promise<string> => String(await scene.emulator.tree.read(`/BACKUPS/${LEASE_FILE}`));
  const held = await lease();
  await prune(scene, 'Enforce', { dryRun: true });
  assert.deepEqual([scene.emulator.tree.files('/BACKUPS'), await lease()], [before, held]);
  await using empty = await openScene({ cases: 1 });
  assert.deepEqual((await prune(empty, 'Enforce')).deleted, []);
  assert.deepEqual(
    empty.emulator.tree.files('/').filter((path) => path.startsWith('/BACKUPS')),
    [],
  );
});
