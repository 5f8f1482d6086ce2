import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HISTORY_LENGTH, type PolicyStatus } from '../../../src/api/status.ts';
import { CONTAINER } from '../../../src/controller/pod-template.ts';
import { endedRuns, unrecordedJobs, unseenJob } from '../../../src/controller/policy/ended-runs.ts';
import { recordRuns } from '../../../src/controller/policy/run-history.ts';
import type { CronJob, Job, Pod } from '../../../src/controller/workloads.ts';
import { aCachedPolicy } from './a-stored-policy.ts';
import { aJob, BEGAN, complete, ENDED, ended, failed, JOB, left, uidOf, whichFailed } from './job-and-pod.ts';

const NOW = new Date('2026-11-25T03:15:00Z');
const second = (at: number): string => new Date(Date.parse(ENDED) + at * 1000).toISOString().replace('.000', '');

interface Look {
  readonly status?: PolicyStatus;
  readonly jobs?: readonly Job[];
  readonly pods?: Readonly<Record<string, readonly Pod[]>>;
  readonly cronJob?: CronJob;
  /** Whether the server, asked for a Job that nobody sees, has none either. */
  readonly isVanished?: boolean;
  readonly now?: Date;
}

function look({ status = {}, jobs = [], pods = {}, cronJob, isVanished = true, now = NOW }: Look) {
  const policy = aCachedPolicy({}, { status });
  const vanished = isVanished ? unseenJob(policy, jobs, cronJob)?.name : undefined;
  const podsOf = (job: Job): readonly Pod[] => pods[job.metadata.name] ?? [];
  return endedRuns({ ...UNSPOKEN, policy, jobs, cronJob, podsOf, vanished, now }).map(
    ({ jobName, jobUid, trigger, outcome }) => ({ jobName, jobUid, trigger, ...outcome }),
  );
}

const UNSPOKEN = { spokenOf: () => undefined, vanished: undefined };

/** What ended of these Jobs, for a policy that knows of `status`. */
const endsOf = (jobs: readonly Job[], podsOf: (job: Job) => readonly Pod[] = () => [], status: PolicyStatus = {}) =>
  endedRuns({ ...UNSPOKEN, policy: aCachedPolicy({}, { status }), jobs, cronJob: undefined, podsOf, now: NOW });

/** The status after the Jobs were seen to end. */
const knowing = (jobs: readonly Job[]): PolicyStatus =>
  jobs.reduce<PolicyStatus>(
    (status, job) =>
      recordRuns(
        status,
        endsOf([job], () => [], status),
      ),
    {},
  );

const active = (jobName = JOB): PolicyStatus => ({
  activeRun: { jobName, jobUid: `uid-of-${jobName}`, trigger: 'Manual', startTime: BEGAN },
});

describe('A Job that has ended', () => {
  it('is told once', () => {
    const job = complete();
    const pods = { [JOB]: [ended(0, left())] };
    assert.deepEqual(
      look({ jobs: [job, aJob({ name: 'goes-on' })], pods }).map(({ jobName, result }) => [jobName, result]),
      [[JOB, 'Succeeded']],
    );
    assert.deepEqual(look({ jobs: [job], pods, status: knowing([job]) }), []);
  });

  it('is another one when it has the name of an earlier one', () => {
    const status = knowing([failed({ uid: 'first' })]);
    assert.equal(look({ jobs: [failed({ uid: 'second' })], status }).length, 1);
  });

  it("is none of this policy's when it is older than the policy", () => {
    const born = (await_: string) => aCachedPolicy({}, { created: await_ });
    assert.equal(unrecordedJobs(born('2026-11-25T03:00:00Z'), [complete()]).length, 1);
    assert.equal(unrecordedJobs(born('2026-11-25T03:00:01Z'), [complete()]).length, 0);
  });

  it('may not claim the run of another, whichever of the two is seen first', () => {
    const pods = {
      one: [ended(0, left({ runId: 'r' }, 'one'))],
      two: [ended(0, left({ runId: 'r' }, 'two'))],
    };
    const [one, two] = [complete({ name: 'one' }), complete({ name: 'two' })];
    const together = look({ jobs: [one, two], pods });
    assert.deepEqual(
      together.map(({ result, reason }) => [result, reason]),
      [
        ['Succeeded', 'Verified'],
        ['Failed', 'ReportForeign'],
      ],
    );
    const first = endsOf([one], () => pods.one);
    const later = look({ jobs: [one, two], pods, status: recordRuns({}, first) });
    assert.deepEqual(
      later.map(({ jobName, reason }) => [jobName, reason]),
      [['two', 'ReportForeign']],
    );
  });
});

describe('A run whose container has ended', () => {
  const sidecar = (end: Pod): Pod => ({
    ...end,
    status: {
      phase: 'Running',
      containerStatuses: [
        ...(end.status?.containerStatuses ?? []).filter(({ name }) => name === CONTAINER),
        { name: 'mesh', state: { running: {} } },
      ],
    },
  });

  it('has succeeded although a sidecar stays and its Job goes on', () => {
    const [run, ...others] = look({ jobs: [aJob()], pods: { [JOB]: [sidecar(ended(0, left()))] } });
    assert.deepEqual(others, []);
    assert.deepEqual([run?.result, run?.reason, run?.completionTime], ['Succeeded', 'Verified', ENDED]);
  });

  it('has succeeded before its Job says so, which may be removed with it', () => {
    const pods = { [JOB]: [ended(0, left())] };
    assert.deepEqual(
      look({ jobs: [aJob()], pods }).map(({ result }) => result),
      ['Succeeded'],
    );
    assert.deepEqual(
      look({ status: active(), pods }).map(({ result, reason, trigger }) => [result, reason, trigger]),
      [['Succeeded', 'Verified', 'Manual']],
    );
  });

  it('has run into its deadline, not into the end of its pod that followed', () => {
    const ending = {
      ...active(),
      activeRun: { ...active().activeRun, waiting: 'Terminating: its pod is being ended' },
    };
    const job = failed({ reason: 'DeadlineExceeded' });
    assert.equal(look({ jobs: [job], status: ending as PolicyStatus })[0]?.reason, 'DeadlineExceeded');
  });

  it('is told once, whatever becomes of its Job', () => {
    const pods = { [JOB]: [sidecar(ended(0, left()))] };
    const status = recordRuns(
      {},
      endsOf([aJob()], () => pods[JOB] ?? []),
    );
    assert.deepEqual(look({ jobs: [aJob()], pods, status }), []);
    assert.deepEqual(look({ jobs: [failed({ reason: 'DeadlineExceeded' })], status }), []);
    assert.deepEqual(look({ status: { ...status, ...active() } }), []);
  });

  it('has failed at once where no retry would follow, and a sidecar keeps the pod', () => {
    const lasting = { [JOB]: [sidecar(ended(5, whichFailed(5)))] };
    assert.deepEqual(
      look({ jobs: [aJob()], pods: lasting }).map(({ reason }) => reason),
      ['Refused'],
    );
    assert.deepEqual(look({ jobs: [aJob()], pods: { [JOB]: [sidecar(ended(1, whichFailed(1)))] } }), []);
    assert.deepEqual(look({ jobs: [aJob()], pods: { [JOB]: [ended(5, whichFailed(5))] } }), []);
  });

  it('proves nothing without a report, or with one that is evicted or out of memory', () => {
    for (const pod of [
      ended(0),
      ended(0, left({ verification: undefined })),
      ended(0, left(), { reason: 'Evicted' }),
      ended(0, left(), { why: 'OOMKilled' }),
    ])
      assert.deepEqual(look({ jobs: [aJob()], pods: { [JOB]: [pod] } }), []);
  });

  it('has not ended in the future of a node whose clock is ahead', () => {
    const ahead = ended(0, left(), { finished: '2027-11-25T03:14:09Z' });
    assert.equal(look({ jobs: [aJob()], pods: { [JOB]: [ahead] } })[0]?.completionTime, '2026-11-25T03:15:00Z');
  });
});

describe('A full history', () => {
  const jobs = Array.from({ length: HISTORY_LENGTH + 5 }, (_, i) => failed({ name: `run-${i}`, ended: second(i) }));
  const status = knowing(jobs);

  it('does not count again what has fallen off it', () => {
    assert.equal(status.history?.length, HISTORY_LENGTH);
    assert.deepEqual(look({ jobs, status }), []);
  });

  it('does not count again what ended in the same second as its oldest run', () => {
    const crowd = Array.from({ length: HISTORY_LENGTH + 5 }, (_, i) => failed({ name: `at-once-${i}` }));
    const crowded = recordRuns({}, endsOf(crowd));
    assert.deepEqual(look({ jobs: crowd, status: crowded }), []);
  });

  it('does not count again a run whose report tells an earlier time than its Job', () => {
    const early = failed({ name: 'early', ended: second(3) });
    const report = whichFailed(1, { slot: uidOf('early'), completionTime: '2026-11-25T01:00:00.000Z' });
    const all = [early, ...jobs];
    const known = recordRuns(
      {},
      endsOf(all, ({ metadata }) => (metadata.name === 'early' ? [ended(1, report)] : [])),
    );
    assert.deepEqual(look({ jobs: all, status: known, pods: { early: [ended(1, report)] } }), []);
  });

  it('still takes a newer run', () => {
    const next = failed({ name: 'next', ended: second(100) });
    assert.deepEqual(
      look({ jobs: [...jobs, next], status }).map(({ jobName }) => jobName),
      ['next'],
    );
  });
});

describe('A run whose Job is gone', () => {
  it('is neither good nor bad, and has ended when that was seen', () => {
    const [gone, ...others] = look({ status: active() });
    assert.deepEqual(others, []);
    assert.deepEqual(
      [gone?.jobName, gone?.result, gone?.reason, gone?.trigger, gone?.completionTime],
      [JOB, 'Interrupted', 'JobGone', 'Manual', '2026-11-25T03:15:00Z'],
    );
  });
  it('is not gone while its Job is there, nor once it has been told', () => {
    assert.deepEqual(look({ status: active(), jobs: [aJob()] }), []);
    assert.deepEqual(look({ status: { ...knowing([failed()]), ...active() } }), []);
  });
  it('is gone although a Job of the same name has taken its place', () => {
    assert.equal(look({ status: active(), jobs: [aJob({ uid: 'another' })] })[0]?.reason, 'JobGone');
  });
});

describe('A scheduled run that nobody saw', () => {
  const cronJob: CronJob = { metadata: { name: 'case-backup-nightly' }, status: { lastScheduleTime: BEGAN } };
  const at = (seconds: number): Date => new Date(Date.parse(BEGAN) + seconds * 1000);

  it('is told once the server, asked for its Job, has none', () => {
    const [unseen] = look({ cronJob, now: at(1) });
    assert.deepEqual(
      [unseen?.jobName, unseen?.result, unseen?.reason, unseen?.trigger, unseen?.completionTime],
      [JOB, 'Interrupted', 'JobUnseen', 'Scheduled', BEGAN],
    );
  });

  it('is none while the server has its Job, however late the watch of Jobs and the run itself are', () => {
    assert.deepEqual(look({ cronJob, isVanished: false, now: at(75) }), []);
    assert.deepEqual(look({ cronJob, isVanished: false, now: at(7500) }), []);
  });

  it('is told once', () => {
    const [first] = look({ cronJob });
    const told = endedRuns({
      ...UNSPOKEN,
      policy: aCachedPolicy(),
      jobs: [],
      cronJob,
      podsOf: () => [],
      vanished: first?.jobName,
      now: NOW,
    });
    assert.deepEqual(look({ cronJob, status: recordRuns({}, told) }), []);
  });

  const known: readonly (readonly [what: string, look: Look])[] = [
    ['its Job goes on', { jobs: [aJob()] }],
    ['its Job is the active run', { status: active(), jobs: [aJob()] }],
    ['it is in the history', { status: knowing([failed()]) }],
    [
      'the history is full of later ones',
      { status: knowing(Array.from({ length: HISTORY_LENGTH }, (_, i) => failed({ name: `run-${i}` }))) },
    ],
    ['the CronJob has never started one', { cronJob: { ...cronJob, status: {} } }],
  ];
  for (const [what, found] of known)
    it(`is none when ${what}`, () => assert.deepEqual(look({ cronJob, now: at(3600), ...found }), []));

  it('is not told a second time of a run that was seen and whose Job is gone', () => {
    assert.deepEqual(
      look({ cronJob, now: at(3600), status: active() }).map(({ reason }) => reason),
      ['JobGone'],
    );
  });

  it('is none without a CronJob', () => {
    assert.equal(unseenJob(aCachedPolicy(), [], undefined), undefined);
    assert.deepEqual(look({ now: at(3600) }), []);
  });
});
