import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { containerOf } from './faults/pod-network.ts';
import { AHEAD_DAYS, AHEAD_IMAGE, aheadArchive } from './images/ahead-image.ts';
import { assertTold, endOf, goodNight, ran, runWith } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { NAMESPACE } from './stage/release.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import { openStage, type Stage } from './stage/stage.ts';

const POLICY = 'ahead';
const DAY_MS = 86_400_000;
/** By a clock that is forty days ahead the nights before have expired long ago; the last of them stays all the same. */
const STRICT = { retention: { keepDays: 7, minimumBackups: 1 } };

describe(`A clock that is ${AHEAD_DAYS} days ahead`, () => {
  before(async () => {
    const { cluster } = await openStage();
    await cluster.load(await aheadArchive());
  });

  it(
    'dates its backup so, but lets go of none, and the next night by the right clock is good and lets go of none',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { policies } = stage;
      await stage.policy(POLICY, STRICT);
      const nights = [...(await goodNight(stage, POLICY, 'before')), ...(await goodNight(stage, POLICY, 'again'))];
      const first = await backups(stage);

      await runWith(stage, POLICY, 'in-the-future', AHEAD_IMAGE);
      const end = await endOf(stage, POLICY, 'in-the-future');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      const dated = Date.parse(/\/(\d{4}-\d\d-\d\d)_backup\.zip$/.exec(end.backupPath ?? '')?.[1] ?? '');
      assert.ok(dated > Date.now() + (AHEAD_DAYS - 2) * DAY_MS, end.backupPath);
      const { retention, lastRun, lastVerification } = await policies.status(POLICY);
      assert.match(retention?.heldBecause ?? '', /^the clock is doubtful: it differs from the store's by \d+ s$/);
      assert.match(lastRun?.warnings?.join('\n') ?? '', /^RetentionHeld: /m);
      // By the cluster's clock, so that nothing counts as fresh until that day has come.
      for (const time of [end.completionTime, lastVerification?.completionTime, retention?.checkedTime])
        assert.ok(Date.parse(time ?? '') <= Date.now(), time);

      const told = [
        ...nights,
        ran('in-the-future', 'Succeeded', 'Verified'),
        ...(await goodNight(stage, POLICY, 'after')),
      ];
      await assertTold(stage, POLICY, told, { success: 1, failures: 0, event: 'BackupSucceeded' });
      const all = await backups(stage);
      assert.equal(all.length, 4);
      for (const name of first) assert.ok(all.includes(name), `${name} is gone`);
    }),
  );

  it(
    'and a run that is killed with it hold up the next night no longer than any other',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const policy = 'ahead-killed';
      await stage.policy(policy, { job: { backoffLimit: 0 }, ...SLOWLY });
      const pod = await underWay(stage, policy, 'killed', AHEAD_IMAGE);
      await stage.cluster.ctr('tasks', 'kill', '-s', 'SIGKILL', await containerOf(stage, NAMESPACE, pod));
      const end = await endOf(stage, policy, 'killed');
      assert.equal(`${end.result} ${end.exitCode}`, 'Failed 137', end.message);
      await stage.policy(policy);
      const runs = [ran('killed', end.result, end.reason), ...(await goodNight(stage, policy, 'after'))];
      await assertTold(stage, policy, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});

const backups = async ({ dropbox }: Stage): Promise<string[]> =>
  (await dropbox.list(`/BACKUPS-${POLICY}`)).filter((name) => name.endsWith('.zip'));
