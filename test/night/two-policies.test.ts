import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seenBy } from '../../src/repository/inventory.ts';
import { pruneOnly } from '../../src/repository/retention/prune-only.ts';
import { seriesOf } from '../../src/repository/series.ts';
import { verifyStored } from '../../src/repository/verify/verify-stored.ts';
import { DAY_MS, HOUR_MS, nights } from './nights-in-turn.ts';
import { aPolicy, type NightChange, never, openScene, type Scene } from './scene.ts';

const SHORT = { retention: { keepDays: 3, minimumBackups: 2 } } as const;
const daily: NightChange = { policyName: 'daily', spec: SHORT };
const closed: NightChange = { policyName: 'closed', sourceRoot: '/CLOSED', spec: { retention: { keepDays: 3650 } } };

function openShared(): Promise<Scene> {
  return openScene({ cases: 2 }).then((scene) => {
    for (const name of ['OLD1', 'OLD2', 'OLD3']) scene.emulator.tree.put(`/CLOSED/${name}/deed.txt`, name);
    return scene;
  });
}

const ofPolicy = async (scene: Scene, policy: string): Promise<string[]> =>
  (await scene.inventory()).backups.filter(({ proof }) => proof?.record.policy === policy).map(({ name }) => name);

test('nights of one policy delete and count no backup of another in the same folder', async () => {
  await using scene = await openShared();
  await nights(scene, [closed, daily], 2);
  const old = await ofPolicy(scene, 'closed');
  await nights(scene, [daily], 8);
  assert.deepEqual(await ofPolicy(scene, 'closed'), old);
  const last = scene.reports.at(-1);
  assert.deepEqual([last?.retention?.backups, last?.retention?.foreign, last?.retention?.verified], [4, 2, 4]);
  assert.equal(last?.retention?.oldest?.slice(0, 10), '2026-11-28');
});

test('a backup of another policy that is gone is no loss of this one', async () => {
  await using scene = await openShared();
  await nights(scene, [closed, daily], 1);
  const [gone] = await ofPolicy(scene, 'closed');
  scene.emulator.tree.remove(`/BACKUPS/${gone}`);
  assert.doesNotMatch((await scene.night(daily)).warnings.join(), /BackupLost/);
  assert.match((await scene.night(closed)).warnings.join(), /BackupLost/);
});

test('a backup that is gone is told, also when a later one of the day, of whichever policy, has its name by now', async () => {
  for (const second of [closed, daily]) {
    await using scene = await openShared();
    const { backup } = await scene.night(closed);
    scene.emulator.tree.remove(backup?.path ?? '');
    scene.clock.advance(HOUR_MS);
    const again = await scene.night(second);
    assert.equal(again.backup?.path, backup?.path);
    scene.clock.advance(DAY_MS);
    const report = await scene.night(closed);
    assert.match(report.warnings.join(), /BackupLost/);
    assert.equal(report.retention?.verified, second === closed ? 2 : 1);
  }
});

test('a policy whose nights fail for weeks keeps its backups while another one in the folder goes on', async () => {
  await using scene = await openShared();
  const other: NightChange = { ...closed, spec: SHORT };
  await nights(scene, [daily, other], 3);
  const before = await ofPolicy(scene, 'daily');
  scene.emulator.tree.move('/CASES', '/ELSEWHERE');
  for (let night = 0; night < 9; night++) {
    assert.equal((await scene.night(daily)).reason, 'SourceMissing');
    await nights(scene, [other], 1);
  }
  assert.deepEqual(await ofPolicy(scene, 'daily'), before);
});

test('the brakes hold when the newest backup in the folder is of another policy', async () => {
  await using scene = await openShared();
  await nights(scene, [daily, closed], 1);
  scene.emulator.tree.remove('/CASES/USA002_Client 2');
  const { exitCode, reason } = await scene.night(daily);
  assert.deepEqual([exitCode, reason], [5, 'SourceShrunk']);
});

test('prune by hand deletes only what is of its policy, verify without a name takes its newest', async () => {
  await using scene = await openShared();
  const keepAll = { ...daily, spec: { retention: { keepDays: 100 } } };
  await nights(scene, [closed, keepAll], 6);
  scene.emulator.tree.put('/BACKUPS/2999-01-01_backup.zip', 'somebody');
  await scene.night(closed);
  const policy = aPolicy({ retention: { keepDays: 1, minimumBackups: 1 } }, 'daily');
  const options = { policy, clock: scene.clock, signal: never, level: 'Standard', onBytes: () => undefined } as const;
  const verified = await verifyStored(scene.destination(), undefined, options);
  assert.equal(verified.path, `/BACKUPS/${(await ofPolicy(scene, 'daily')).at(-1)}`);

  const outcome = await pruneOnly(scene.destination(), policy, {
    dryRun: false,
    force: false,
    clock: scene.clock,
    signal: never,
  });
  assert.equal(outcome.deleted.length, 4);
  assert.equal((await ofPolicy(scene, 'daily')).length, 2);
  assert.equal((await ofPolicy(scene, 'closed')).length, 7);
  const kept = outcome.keep.filter(({ reasons }) => reasons.includes('of another policy or source'));
  assert.equal(kept.length, 7);
});

test('a policy under a new name leaves the backups of its old one alone and is compared with their newest', async () => {
  await using scene = await openShared();
  await nights(scene, [daily], 5);
  const renamed: NightChange = { policyName: 'renamed', spec: SHORT };
  const { baseline, retention } = await scene.night(renamed);
  assert.deepEqual(baseline, { kind: 'LastNight', runId: scene.reports.at(-2)?.runId });
  assert.deepEqual([retention?.backups, retention?.foreign, retention?.deleted], [1, 5 - 1, 0]);
});

test('a root in other letters is the same source: its backups count, and its brakes hold', async () => {
  await using scene = await openShared();
  await nights(scene, [daily], 2);
  const spelled: NightChange = { ...daily, sourceRoot: '/cases' };
  const { retention, baseline } = await scene.night(spelled);
  assert.deepEqual([retention?.backups, retention?.foreign, baseline?.kind], [3, 0, 'LastNight']);
  const all = await scene.inventory();
  const seen = seenBy(seriesOf(aPolicy({}, 'daily'), all.records.records), all);
  assert.ok(seen.backups.every(({ status }) => status === 'verified'));
});
