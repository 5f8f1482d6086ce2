import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pruneOnly } from '../../src/repository/retention/prune-only.ts';
import { verifyStored } from '../../src/repository/verify/verify-stored.ts';
import { DAY_MS, nights } from './nights-in-turn.ts';
import { aPolicy, type NightChange, never, openScene, type Scene } from './scene.ts';

const SHORT = { retention: { keepDays: 3, minimumBackups: 2 } } as const;
const LONG = { retention: { keepDays: 3650 } } as const;
const cluster = (installation: string, policy = `policy of ${installation}`): NightChange => ({
  home: { uid: policy, namespace: 'case-backup', installation },
});
const [first, second] = [cluster('lease-1'), cluster('lease-2')];

async function standing(scene: Scene, { home }: NightChange): Promise<string[]> {
  const { backups } = await scene.inventory();
  return backups.filter(({ proof }) => proof?.record.home?.uid === home?.uid).map(({ name }) => name);
}

test('nights of a policy delete no backup of the policy of the same name and source in another cluster', async () => {
  await using scene = await openScene({ cases: 2 });
  await nights(scene, [{ ...first, spec: LONG }], 2);
  const before = await standing(scene, first);
  await nights(scene, [{ ...second, spec: SHORT }], 8);
  assert.deepEqual(await standing(scene, first), before);
  const { retention } = scene.reports.at(-1) ?? {};
  assert.deepEqual([retention?.backups, retention?.foreign, retention?.verified], [4, 2, 4]);
});

test('a backup that another cluster has lost is no loss of this one', async () => {
  await using scene = await openScene({ cases: 1 });
  await nights(scene, [first, second], 1);
  scene.emulator.tree.remove(`/BACKUPS/${(await standing(scene, first))[0]}`);
  assert.doesNotMatch((await scene.night(second)).warnings.join(), /BackupLost/);
  assert.match((await scene.night(first)).warnings.join(), /BackupLost/);
});

test('a policy that was deleted and made again in its cluster goes on with its backups', async () => {
  await using scene = await openScene({ cases: 1 });
  await nights(scene, [{ ...first, spec: SHORT }], 5);
  const again = await scene.night({ ...cluster('lease-1', 'made anew'), spec: SHORT });
  assert.deepEqual([again.baseline?.kind, again.warnings], ['LastNight', []]);
  assert.deepEqual([again.retention?.backups, again.retention?.foreign, again.retention?.deleted], [4, 0, 1]);
});

test('a cluster that stands in for a lost one is held by its brakes, and says so once', async () => {
  await using scene = await openScene({ cases: 2 });
  await nights(scene, [first], 2);
  const last = scene.reports.at(-1)?.runId ?? '';
  const night = await scene.night(second);
  assert.deepEqual(night.baseline, { kind: 'LastNight', runId: last });
  assert.match(
    night.warnings.join('\n'),
    new RegExp(`^PolicyElsewhere: .*${last}.*installation lease-1; 2 backups`, 'm'),
  );
  scene.clock.advance(DAY_MS);
  assert.deepEqual((await scene.night(second)).warnings, []);

  await using other = await openScene({ cases: 2 });
  await nights(other, [first], 1);
  other.emulator.tree.remove('/CASES/USA002_Client 2');
  const { exitCode, reason } = await other.night(second);
  assert.deepEqual([exitCode, reason], [5, 'SourceShrunk']);
});

test('what a lost cluster has left expires once the policy that stands in for it has adopted it', async () => {
  await using scene = await openScene({ cases: 1 });
  await nights(scene, [first], 6);
  const kept = await scene.night({ ...second, spec: SHORT });
  assert.deepEqual([kept.retention?.backups, kept.retention?.foreign, kept.retention?.deleted], [1, 6, 0]);
  scene.clock.advance(DAY_MS);
  const adopting = { retention: { ...SHORT.retention, adopt: ['lease-1'] } };
  const { retention } = await scene.night({ ...second, spec: adopting });
  assert.deepEqual([retention?.backups, retention?.foreign, retention?.deleted], [4, 0, 4]);
});

test('prune by hand with the policy as a file leaves what a cluster has made, verify finds it', async () => {
  await using scene = await openScene({ cases: 1 });
  await nights(scene, [first], 5);
  const policy = aPolicy({ retention: { keepDays: 1, minimumBackups: 1 } });
  const common = { clock: scene.clock, signal: never };
  const outcome = await pruneOnly(scene.destination(), policy, { dryRun: false, force: false, ...common });
  assert.deepEqual(outcome.deleted, []);
  assert.ok(outcome.keep.every(({ reasons }) => reasons.join() === 'of a policy of this name elsewhere'));
  const verified = await verifyStored(scene.destination(), undefined, {
    policy,
    level: 'Standard',
    onBytes: () => undefined,
    ...common,
  });
  assert.equal(verified.path, `/BACKUPS/${(await standing(scene, first)).at(-1)}`);

  const asObject = aPolicy(policy.spec, 'nightly', first.home);
  const own = await pruneOnly(scene.destination(), asObject, { dryRun: false, force: false, ...common });
  assert.equal(own.deleted.length, 3);
});

test('backups of a release that did not say where its policy was are those of the policy of that name', async () => {
  await using scene = await openScene({ cases: 1 });
  await nights(scene, [{ spec: SHORT }], 5);
  const { retention, baseline, warnings } = await scene.night({ ...first, spec: SHORT });
  assert.deepEqual([baseline?.kind, retention?.backups, retention?.foreign, warnings], ['LastNight', 4, 0, []]);
});
