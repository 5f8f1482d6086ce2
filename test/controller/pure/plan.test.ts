import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONDITION_TYPES, type Condition } from '../../../src/api/conditions.ts';
import type { RunProgress } from '../../../src/api/report.ts';
import { type PolicyStatus, statusSchema } from '../../../src/api/status.ts';
import { firstFault } from '../../../src/controller/policy/checks.ts';
import { type Observed, planStatus } from '../../../src/controller/policy/status-plan.ts';
import type { CronJob, Job } from '../../../src/controller/workloads.ts';
import { aCachedPolicy, aCronJob } from './a-stored-policy.ts';
import { aJob, aPod, BEGAN, complete, ended, JOB, left, PROGRESS } from './job-and-pod.ts';

const NOW = new Date('2026-11-25T12:00:00.500Z');

interface Scene extends Partial<Observed> {
  readonly spec?: object;
  readonly status?: PolicyStatus;
  /** Stands at the name of the policy's CronJob. */
  readonly foreign?: CronJob;
}

function plan({ spec, status, foreign, now = NOW, ...more }: Scene = {}) {
  const policy = aCachedPolicy(spec, { generation: 7, ...(status ? { status } : {}) });
  const cronJob = 'cronJob' in more ? more.cronJob : aCronJob();
  const standing = foreign ?? cronJob;
  const fault = firstFault({ policy, standing, now });
  const seen: Observed = {
    policy,
    fault,
    applied: { kind: 'stands' },
    jobs: [],
    podsOf: () => [],
    spokenOf: () => undefined,
    vanished: undefined,
    progressOf: () => undefined,
    crdGaps: [],
    now,
    ...more,
    cronJob,
  };
  const planned = planStatus(seen);
  statusSchema.parse(planned.status);
  return planned;
}

const condition = ({ conditions = [] }: PolicyStatus, type: string): Condition | undefined =>
  conditions.find((one) => one.type === type);
const summary = (status: PolicyStatus, type: string): string => {
  const found = condition(status, type);
  return `${found?.status} ${found?.reason}`;
};
const at = (time: string): number => Date.parse(time);

/** After a night that went well. */
const good = (): PolicyStatus =>
  plan({ jobs: [complete()], podsOf: () => [ended(0, left())], now: new Date('2026-11-25T03:15:00Z') }).status;

describe('The status of a policy', () => {
  it('has all conditions and the CronJob from the first day', () => {
    const { status, ended: runs } = plan();
    assert.equal(status.conditions?.length, CONDITION_TYPES.length);
    assert.equal(summary(status, 'Ready'), 'True Scheduled');
    assert.deepEqual(
      [status.cronJobName, status.nextScheduleTime, status.observedGeneration, status.consecutiveFailures],
      ['case-backup-nightly', '2026-11-26T03:00:00Z', 7, 0],
    );
    assert.deepEqual(runs, []);
  });

  it('does not change when nothing has', () => {
    const first = plan().status;
    assert.deepEqual(plan({ status: first, now: new Date('2026-11-25T13:00:00Z') }).status, first);
    const later = plan({ status: good(), jobs: [complete()] });
    assert.deepEqual(later.ended, []);
    assert.deepEqual(plan({ status: later.status, jobs: [complete()] }).status, later.status);
  });

  it('dates a condition from when its status changed', () => {
    const first = plan().status;
    const stale = plan({ status: good(), now: new Date('2026-11-26T05:14:09Z') }).status;
    assert.equal(condition(first, 'Fresh')?.lastTransitionTime, '2026-11-25T12:00:00Z');
    assert.equal(summary(stale, 'Fresh'), 'False Stale');
    assert.equal(condition(stale, 'Fresh')?.lastTransitionTime, '2026-11-26T05:14:09Z');
    assert.equal(condition(stale, 'Ready')?.lastTransitionTime, '2026-11-25T03:15:00Z');
  });

  it("shows a run's own page, also while the Job of the one before has yet to be told complete", () => {
    const first = aJob();
    const second = aJob({ name: 'second', uid: 'second', created: '2026-11-25T03:15:00Z' });
    const told = plan({ jobs: [first], podsOf: () => [ended(0, left())] }).status;
    const pageOf = (job: Job): RunProgress => ({ ...PROGRESS, runId: `run of ${job.metadata.name}` });
    const { activeRun } = plan({ status: told, jobs: [first, second], progressOf: pageOf }).status;
    assert.deepEqual([activeRun?.jobName, activeRun?.runId], ['second', 'run of second']);
  });

  it('tells of a run that goes on, and no longer once it has ended', () => {
    const podsOf = () => [aPod({ state: { running: {} } })];
    const running = plan({ jobs: [aJob()], podsOf, status: { history: [] } }).status;
    assert.deepEqual([running.activeRun?.jobName, running.activeRun?.startTime], [JOB, BEGAN]);
    assert.equal(summary(running, 'Progressing'), 'True Running');
    const over = plan({ status: running, jobs: [complete()], podsOf: () => [ended(0, left())] });
    assert.equal(over.status.activeRun, undefined);
    assert.equal(summary(over.status, 'Progressing'), 'False Idle');
    assert.equal(over.ended.length, 1);
  });

  it('is not Ready while a Secret is missing, and is when the pod runs', () => {
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "dropbox" not found' };
    const held = plan({ jobs: [aJob()], podsOf: () => [aPod({ state: { waiting } })] }).status;
    assert.equal(summary(held, 'Ready'), 'False SecretMissing');
    assert.equal(summary(held, 'CredentialsValid'), 'False SecretMissing');
    assert.equal(summary(held, 'Progressing'), 'True Waiting');
    const released = plan({ status: held, jobs: [aJob()], podsOf: () => [aPod({ state: { running: {} } })] }).status;
    assert.equal(summary(released, 'Ready'), 'True Scheduled');
    assert.equal(released.activeRun?.waiting, undefined);
  });

  it('has no next run while suspended', () => {
    assert.equal(plan({ spec: { suspend: true } }).status.nextScheduleTime, undefined);
  });
});

describe('A policy with a fault', () => {
  it('keeps what was known of its backups', () => {
    const known = good();
    for (const spec of [{ schedule: '0 25 * * *' }, { timeZone: 'Nowhere' }, { schedule: '0 3 30 2 *' }]) {
      const { status } = plan({ spec, status: known });
      assert.equal(condition(status, 'Ready')?.status, 'False');
      assert.equal(summary(status, 'Fresh'), 'True Fresh');
      assert.equal(summary(status, 'LastRunSucceeded'), 'True Verified');
      assert.deepEqual([status.lastSuccess, status.history], [known.lastSuccess, known.history]);
      assert.equal(status.nextScheduleTime, undefined);
      assert.equal(status.cronJobName, 'case-backup-nightly', 'the CronJob stands as it was');
    }
  });

  it('keeps every condition when it is beyond reading, but for time', () => {
    const known = good();
    const { status, wakeAt } = plan({ spec: { staleAfterSeconds: 1 }, status: known });
    assert.equal(summary(status, 'Ready'), 'False InvalidSpec');
    for (const type of ['Fresh', 'Verified', 'LastRunSucceeded', 'CredentialsValid', 'QuotaSufficient'])
      assert.deepEqual(condition(status, type), condition(known, type) && { ...condition(known, type) }, type);
    const unknown = plan({ spec: { staleAfterSeconds: 1 } }).status;
    assert.equal(summary(unknown, 'CredentialsValid'), 'Unknown InvalidSpec');
    assert.equal(summary(unknown, 'Fresh'), 'False NeverSucceeded');
    assert.equal(wakeAt, Date.parse(known.lastSuccessTime ?? '') + 93_600_000);
  });

  it('turns stale when it is beyond reading, by its own seconds where they can be read', () => {
    const freshAfter = (spec: object, seconds: number): string => {
      const now = new Date(Date.parse(good().lastSuccessTime ?? '') + seconds * 1000);
      return summary(plan({ spec, status: good(), now }).status, 'Fresh');
    };
    const broken = { verification: { level: 'Sampled' } };
    assert.deepEqual([freshAfter(broken, 93_599), freshAfter(broken, 93_600)], ['True Fresh', 'False Stale']);
    const hasty = { ...broken, staleAfterSeconds: 3600 };
    assert.deepEqual([freshAfter(hasty, 3599), freshAfter(hasty, 3600)], ['True Fresh', 'False Stale']);
    assert.equal(freshAfter({ ...broken, suspend: true }, 100_000), 'Unknown Suspended');
  });

  it('is told of a run that goes on, and of its end, when it is beyond reading', () => {
    const spec = { staleAfterSeconds: 1 };
    const running = plan({ spec, jobs: [aJob()] }).status;
    assert.match(summary(running, 'Progressing'), /^True /);
    const { status } = plan({ spec, status: running, jobs: [complete()], podsOf: () => [ended(0, left())] });
    assert.equal(summary(status, 'Progressing'), 'False Idle');
    assert.equal(summary(status, 'LastRunSucceeded'), 'True Verified');
  });

  it('is told of a run that ended all the same', () => {
    const { status } = plan({ spec: { schedule: 'x' }, jobs: [complete()], podsOf: () => [ended(0, left())] });
    assert.equal(status.lastRun?.result, 'Succeeded');
  });
});

describe("Another owner's CronJob of the name", () => {
  const foreign = aCronJob({ owner: 'another', lastScheduleTime: BEGAN });
  it('is not named, and what it started are no runs of this policy', () => {
    const { status, ended: runs, wakeAt } = plan({ cronJob: undefined, foreign, spec: { suspend: true } });
    assert.equal(summary(status, 'Ready'), 'False CronJobConflict');
    assert.deepEqual([status.cronJobName, status.lastScheduleTime, status.history], [undefined, undefined, undefined]);
    assert.deepEqual([runs, wakeAt], [[], undefined]);
  });
});

describe('The next look', () => {
  const looks: readonly (readonly [what: string, scene: Scene, wakeAt: string | undefined])[] = [
    ['the next run', {}, '2026-11-26T03:00:00Z'],
    [
      'the end of freshness, where that comes first',
      { status: good(), now: new Date('2026-11-26T03:02:00Z') },
      '2026-11-26T05:14:09Z',
    ],
    ['never, suspended and without a backup', { spec: { suspend: true } }, undefined],
    ['never, with a fault and without a backup', { spec: { schedule: 'x' } }, undefined],
    ['the end of freshness also with a fault', { spec: { schedule: 'x' }, status: good() }, '2026-11-26T05:14:09Z'],
    [
      'never, when all that could come is past',
      { spec: { suspend: true }, status: good(), now: new Date('2027-01-01T00:00:00Z') },
      undefined,
    ],
  ];
  for (const [what, scene, wakeAt] of looks)
    it(`is at ${what}`, () => assert.equal(plan(scene).wakeAt, wakeAt === undefined ? undefined : at(wakeAt)));
});
