import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Condition } from '../../src/api/conditions.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import { exits, missingKey, missingSecret, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { agree } from './agree.ts';
import { BACKED_UP, good, runThen, saysThat } from './ending.ts';
import { SUCCEEDED } from './endings-by-exit-code.ts';
import { begin, endOf, type Life, liveThrough, ran, runningPod, wholeStory } from './endings-life.ts';
import { type Stage, startStage, type Theatre } from './endings-stage.ts';
import { conditionIn, sampleOf } from './told-of-runs.ts';

const skipped = { result: 'Skipped', reason: 'LeaseHeld' } as const;
const verdict = (status: PolicyStatus, type: Condition['type']): string => {
  const { status: is, reason } = conditionIn(status, type) ?? {};
  return `${is} ${reason}`;
};

describe('A run that is not alone', { concurrency: true }, () => {
  let stage: Stage;
  let theatre: Theatre;

  before(async () => {
    stage = await startStage(1);
    [theatre] = stage.theatres as [Theatre];
  });
  after(() => stage?.stop());

  it('is skipped while another holds the lease, which is no failure, and the other is told as it ends', async () => {
    const life: Life = { theatre, policy: 'crowded', runs: [] };
    await stage.policy(theatre, life.policy);
    await liveThrough(stage, life, SUCCEEDED, 'Scheduled');
    const first = await begin(stage, life, () => [[runs()]], 'Scheduled');
    const pod = await runningPod(theatre, first.jobName);
    const isActive = ({ activeRun }: PolicyStatus): boolean => activeRun?.jobName === first.jobName;
    await theatre.untilStatus(life.policy, 'the active run', isActive);

    const held = runThen((text) => exits(11, text), saysThat('leaseHeld', 'Skipped', 'LeaseHeld'));
    const second = await begin(stage, life, held, 'Manual');
    await endOf(stage, theatre, second.jobName);
    life.runs.push(ran(second, skipped));
    const { status, series, events } = await wholeStory(stage, life);
    assert.equal(status.activeRun?.jobName, first.jobName);
    assert.equal(verdict(status, 'Progressing'), 'True Running');
    assert.equal(verdict(status, 'LastRunSucceeded'), 'True Verified');
    assert.deepEqual([status.lastRun?.result, status.consecutiveFailures], ['Skipped', 0]);
    assert.equal(status.lastFailureTime, undefined);
    assert.equal(sampleOf({ status, series, events }, 'last_run_success'), 1);
    assert.ok(events.some(({ type, reason }) => type === 'Normal' && reason === 'BackupSkipped'));

    const { policy } = life;
    await theatre.kubelet.act(pod, exits(0, good({ policy, jobName: first.jobName, earlierRunId: '' })));
    await endOf(stage, theatre, first.jobName);
    life.runs.push(ran(first, BACKED_UP));
    agree(await wholeStory(stage, life), life.runs);
  });

  const secrets = [
    ['there is no Secret', missingSecret('dropbox')],
    ['the Secret has no key', missingKey('DROPBOX_APP_KEY', 'dropbox', 'some-namespace')],
  ] as const;
  for (const [i, [what, act]] of secrets.entries())
    it(`waits when ${what}, which makes the policy not Ready, and runs once it is mended`, async () => {
      const life: Life = { theatre, policy: `waiting-${i}`, runs: [] };
      await stage.policy(theatre, life.policy);
      const begun = await begin(stage, life, () => [[act]], 'Manual');
      const waits = ({ activeRun }: PolicyStatus): boolean => activeRun?.waiting !== undefined;
      const held = await theatre.untilStatus(life.policy, 'the wait', waits);
      assert.equal(verdict(held, 'Ready'), 'False SecretMissing');
      assert.equal(verdict(held, 'CredentialsValid'), 'False SecretMissing');
      assert.equal(verdict(held, 'Progressing'), 'True Waiting');
      assert.equal(verdict(held, 'LastRunSucceeded'), 'Unknown NoRunYet');
      await until('the warning and the metric', async () => {
        const told = await stage.told(theatre, life.policy);
        return (
          told.events.some(({ type, reason }) => type === 'Warning' && reason === 'SecretMissing') &&
          sampleOf(told, 'policy_condition', { type: 'Ready', status: 'False' }) === 1
        );
      });

      const [pod] = theatre.kubelet.pods().filter(({ metadata }) => metadata.name.startsWith(begun.jobName));
      assert.ok(pod);
      await theatre.kubelet.act(pod, runs());
      const isReady = (status: PolicyStatus): boolean => verdict(status, 'Ready') === 'True Scheduled';
      const released = await theatre.untilStatus(life.policy, 'Ready again', isReady);
      assert.equal(released.activeRun?.waiting, undefined);
      assert.equal(verdict(released, 'Progressing'), 'True Running');
      await theatre.kubelet.act(pod, exits(0, good({ ...begun, policy: life.policy, earlierRunId: '' })));
      await endOf(stage, theatre, begun.jobName);
      life.runs.push(ran(begun, BACKED_UP));
      agree(await wholeStory(stage, life), life.runs);
    });

  it('comes when the status says it will, started by Kubernetes', { timeout: 150_000 }, async () => {
    const life: Life = { theatre, policy: 'every-minute', runs: [] };
    await stage.policy(theatre, life.policy, { schedule: '* * * * *' });
    const { nextScheduleTime = '' } = await theatre.status(life.policy);
    const jobName = `case-backup-every-minute-${Date.parse(nextScheduleTime) / 60_000}`;
    theatre.script(jobName, [[runs(), exits(0, good({ policy: life.policy, jobName, earlierRunId: '' }))]]);
    await until('the scheduled Job', () => stage.cluster.plane.api.find(theatre.path('jobs', jobName)), {
      within: 75_000,
    });
    await stage.cluster.plane.api.patch(theatre.path('casebackuppolicies', life.policy), { spec: { suspend: true } });
    const job = await endOf(stage, theatre, jobName);
    const at = Date.parse(nextScheduleTime);
    life.runs.push(ran({ jobName, trigger: 'Scheduled', at }, BACKED_UP));
    const told = await wholeStory(stage, life);
    agree(told, life.runs);
    assert.equal(told.status.lastScheduleTime, nextScheduleTime);
    assert.equal(told.status.lastRun?.startTime, job.status?.startTime);
  });
});
