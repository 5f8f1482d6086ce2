import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { FinishedRun } from '../../src/api/status.ts';
import { until } from '../../test/cluster/until.ts';
import { falseClaims, type Ran, sampleOf } from '../../test/controller/told-of-runs.ts';
import { PRODUCT_IMAGE } from '../images/images.ts';
import { proveGood } from './prove-good.ts';
import type { Stage } from './stage.ts';

/** A pod has to start, and the machine may be slow. */
const LONGEST_NIGHT_MS = 240_000;
const MOST_TRIES = 4;

/** What the test knows of a run, for falseClaims; the order is that of the runs. */
export const ran = (jobName: string, result: Ran['truth']['result'], reason: string): Ran => ({
  jobName,
  trigger: 'Manual',
  truth: { result, reason },
  after: 0,
  before: 0,
});

/** How the run of that Job ended, as the policy's status tells it. */
export async function endOf(stage: Stage, policy: string, job: string): Promise<FinishedRun> {
  const find = (history: readonly FinishedRun[] = []): FinishedRun | undefined =>
    history.find(({ jobName }) => jobName === job);
  const status = await stage.policies.untilStatus(
    policy,
    `the end of ${job}`,
    ({ history }) => find(history) !== undefined,
    LONGEST_NIGHT_MS,
  );
  const end = find(status.history);
  assert.ok(end);
  return end;
}

export async function runByHand(stage: Stage, policy: string, job: string): Promise<FinishedRun> {
  await stage.policies.runByHand(policy, job);
  return await endOf(stage, policy, job);
}

/** A run by hand whose pod runs another image. */
export async function runWith({ kubectl, policies }: Stage, policy: string, job: string, image: string): Promise<void> {
  const from = `--from=cronjob/case-backup-${policy}`;
  const made = await kubectl([
    ...['create', 'job', job, '-n', policies.namespace, from],
    ...['--dry-run=client', '-o', 'json'],
  ]);
  // The bench's own image is never looked for.
  const changed = made.replaceAll(PRODUCT_IMAGE, image).replaceAll(/("imagePullPolicy": )"Never"/g, '$1"IfNotPresent"');
  await kubectl(['create', '-f', '-'], changed);
}

/**
 * The night after: a run by hand that makes a backup which other programs find good. A run that was killed lets go of its
 * lease three minutes after its last sign of life, and until then another is skipped.
 */
export async function goodNight(stage: Stage, policy: string, job: string): Promise<Ran[]> {
  const runs: Ran[] = [];
  for (let attempt = 1; ; attempt++) {
    const name = `${policy}-${job}-${attempt}`;
    const end = await runByHand(stage, policy, name);
    runs.push(ran(name, end.result, end.reason));
    if (end.result === 'Skipped' && attempt < MOST_TRIES) {
      const free = /until (\S+Z)/.exec(end.message)?.[1];
      assert.ok(free, end.message);
      await delay(Math.max(1_000, Date.parse(free) - Date.now() + 1_000));
      continue;
    }
    await assertGood(stage, policy, end);
    return runs;
  }
}

async function assertGood(stage: Stage, policy: string, end: FinishedRun): Promise<void> {
  assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
  const { source } = (await stage.policies.policy(policy)).spec;
  await proveGood(stage.dropbox, end.backupPath ?? '', source.dropbox?.root);
}

/** The policy's only run so far ends with a good backup whatever has happened to it, so does the next night, and all is told. */
export async function endsWell(stage: Stage, policy: string, job: string): Promise<void> {
  await assertGood(stage, policy, await endOf(stage, policy, job));
  const runs = [ran(job, 'Succeeded', 'Verified'), ...(await goodNight(stage, policy, 'after-it'))];
  await assertTold(stage, policy, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
}

/** What the metrics say after these runs, and that nothing says of any of them that it succeeded when it did not. */
export async function assertTold(
  stage: Stage,
  policy: string,
  runs: readonly Ran[],
  expected: { readonly success: 0 | 1; readonly failures: number; readonly event: string },
): Promise<void> {
  // The page is made of what the controller has heard of its own status, a moment after it wrote it.
  await until(
    `what is told of ${policy} to be true`,
    async () => {
      const told = await stage.told(policy);
      assert.deepEqual(falseClaims(told, runs), []);
      assert.equal(sampleOf(told, 'last_run_success'), expected.success, 'case_backup_last_run_success');
      assert.equal(sampleOf(told, 'consecutive_failures'), expected.failures, 'case_backup_consecutive_failures');
      const reasons = told.events.map(({ reason }) => reason);
      assert.ok(reasons.includes(expected.event), `no event ${expected.event} among ${reasons.join(', ')}`);
      return true;
    },
    { within: 15_000, everyMs: 500 },
  );
}
