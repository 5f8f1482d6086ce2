import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Result, RunReport } from '../../../src/api/report.ts';
import { finishedRunSchema } from '../../../src/api/status.ts';
import { outcomeOf, triggerOf } from '../../../src/controller/outcome.ts';
import type { Job, Pod } from '../../../src/controller/workloads.ts';
import { aJob, aPod, complete, ENDED, ended, failed, left, whichFailed } from './job-and-pod.ts';

interface Ending {
  readonly what: string;
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly result: Result;
  readonly reason: string;
  /** Words that the sentence must hold. */
  readonly says?: string;
  readonly exitCode?: number;
  /** Whether what the report says besides is believed. */
  readonly believed?: true;
}

const outcome = (job: Job, pods: readonly Pod[]) => outcomeOf(job, pods, 'nightly', new Set());
const passed = { backup_file_exists: true, manifest_valid: true, cases_match: true, size_reasonable: true } as const;
const verified: RunReport['verification'] = { ...passed, timestamp: ENDED, level: 'Standard' };
const disrupted = (reason: string) => ({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] });
const deadline = failed({ reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' });

const COMPLETE: readonly Ending[] = [
  {
    what: 'a proven report and exit 0',
    job: complete(),
    pods: [ended(0, left())],
    result: 'Succeeded',
    reason: 'Verified',
    exitCode: 0,
    believed: true,
  },
  { what: 'no pod left', job: complete(), pods: [], result: 'Failed', reason: 'PodGone' },
  {
    what: 'no termination message',
    job: complete(),
    pods: [ended(0)],
    result: 'Failed',
    reason: 'ReportMissing',
    exitCode: 0,
  },
  {
    what: 'an empty message',
    job: complete(),
    pods: [ended(0, '')],
    result: 'Failed',
    reason: 'ReportMissing',
    exitCode: 0,
  },
  {
    what: 'a message cut in half',
    job: complete(),
    pods: [ended(0, left().slice(0, 300))],
    result: 'Failed',
    reason: 'ReportUnreadable',
    exitCode: 0,
  },
  {
    what: 'a report of another version',
    job: complete(),
    pods: [ended(0, left({ version: 2 }))],
    result: 'Failed',
    reason: 'ReportVersionUnknown',
    exitCode: 0,
  },
  {
    what: "another policy's report",
    job: complete(),
    pods: [ended(0, left({ policy: 'weekly' }))],
    result: 'Failed',
    reason: 'ReportForeign',
    exitCode: 0,
  },
  {
    what: 'a pod that was evicted after all',
    job: complete(),
    pods: [ended(0, left(), { phase: 'Failed', reason: 'Evicted' })],
    result: 'Failed',
    reason: 'Evicted',
    exitCode: 0,
  },
  {
    what: 'a report that says Failed',
    job: complete(),
    pods: [ended(0, whichFailed(1))],
    result: 'Failed',
    reason: 'ReportContradicts',
    says: 'Failed: it did not go',
    exitCode: 0,
  },
  {
    what: 'a report that says Incomplete with exit 0',
    job: complete(),
    pods: [ended(0, left({ result: 'Incomplete' }))],
    result: 'Failed',
    reason: 'ReportContradicts',
    exitCode: 0,
  },
  {
    what: 'a report that says Succeeded with exit 1',
    job: complete(),
    pods: [ended(0, left({ exitCode: 1 }))],
    result: 'Failed',
    reason: 'ReportContradicts',
    exitCode: 0,
  },
  {
    what: 'a container that ended with exit 3',
    job: complete(),
    pods: [ended(3, left(), { phase: 'Succeeded' })],
    result: 'Failed',
    reason: 'ReportContradicts',
    exitCode: 3,
  },
  {
    what: 'no backup named',
    job: complete(),
    pods: [ended(0, left({ backup: undefined }))],
    result: 'Failed',
    reason: 'VerificationMissing',
    exitCode: 0,
  },
  {
    what: 'no verification',
    job: complete(),
    pods: [ended(0, left({ verification: undefined }))],
    result: 'Failed',
    reason: 'VerificationMissing',
    exitCode: 0,
  },
  ...(['backup_file_exists', 'manifest_valid', 'cases_match', 'size_reasonable'] as const).map(
    (check): Ending => ({
      what: `a verification without ${check}`,
      job: complete(),
      pods: [ended(0, left({ verification: { ...verified, [check]: false } }))],
      result: 'Failed',
      reason: 'VerificationMissing',
      exitCode: 0,
    }),
  ),
  {
    what: 'a first pod that failed and a second that succeeded',
    job: complete(),
    pods: [ended(1, whichFailed(1), { name: 'a' }), ended(0, left(), { name: 'b', created: '2026-11-25T03:05:00Z' })],
    result: 'Succeeded',
    reason: 'Verified',
    exitCode: 0,
    believed: true,
  },
  {
    what: 'a pod that succeeded and a newer one that was not needed',
    job: complete(),
    pods: [ended(137, undefined, { created: '2026-11-25T03:05:00Z' }), ended(0, left())],
    result: 'Succeeded',
    reason: 'Verified',
    exitCode: 0,
    believed: true,
  },
];

const FAILED: readonly Ending[] = [
  {
    what: 'a report that says why',
    job: failed(),
    pods: [ended(5, whichFailed(5))],
    result: 'Failed',
    reason: 'Refused',
    says: 'it did not go',
    exitCode: 5,
    believed: true,
  },
  {
    what: 'an incomplete backup',
    job: failed(),
    pods: [ended(3, left({ result: 'Incomplete', reason: 'FilesMissing', exitCode: 3 }))],
    result: 'Incomplete',
    reason: 'FilesMissing',
    exitCode: 3,
    believed: true,
  },
  {
    what: 'a lease that another holds',
    job: failed(),
    pods: [ended(11, whichFailed(11, { result: 'Skipped', reason: 'LeaseHeld' }))],
    result: 'Skipped',
    reason: 'LeaseHeld',
    exitCode: 11,
    believed: true,
  },
  {
    what: 'a report of success',
    job: failed(),
    pods: [ended(1, left())],
    result: 'Failed',
    reason: 'ReportContradicts',
    exitCode: 1,
  },
  {
    what: 'a report of success with the exit code of success',
    job: failed(),
    pods: [ended(0, left())],
    result: 'Failed',
    reason: 'ReportContradicts',
    exitCode: 0,
  },
  {
    what: 'a report of Skipped beside exit 1',
    job: failed(),
    pods: [ended(1, whichFailed(11, { result: 'Skipped', reason: 'LeaseHeld' }))],
    result: 'Failed',
    reason: 'ReportContradicts',
    says: 'exit code 11',
    exitCode: 1,
  },
  {
    what: 'an eviction',
    job: failed(),
    pods: [ended(137, undefined, { reason: 'Evicted', message: 'The node was low on memory' })],
    result: 'Interrupted',
    reason: 'Evicted',
    says: 'low on memory',
    exitCode: 137,
  },
  {
    what: 'an eviction with exit 0',
    job: failed(),
    pods: [ended(0, left(), { phase: 'Failed', reason: 'Evicted' })],
    result: 'Interrupted',
    reason: 'Evicted',
    says: 'no message',
    exitCode: 0,
    believed: true,
  },
  {
    what: "the pod's deadline",
    job: failed(),
    pods: [ended(137, undefined, { reason: 'DeadlineExceeded' })],
    result: 'Failed',
    reason: 'DeadlineExceeded',
    says: 'two minutes',
    exitCode: 137,
  },
  {
    what: 'memory',
    job: failed(),
    pods: [ended(137, undefined, { why: 'OOMKilled' })],
    result: 'Failed',
    reason: 'OOMKilled',
    exitCode: 137,
  },
  {
    what: 'memory beside an exit code and report of its own',
    job: failed(),
    pods: [ended(1, whichFailed(1), { why: 'OOMKilled' })],
    result: 'Failed',
    reason: 'OOMKilled',
    exitCode: 1,
    believed: true,
  },
  {
    what: 'memory beside exit 0 and a report of success',
    job: failed(),
    pods: [ended(0, left(), { phase: 'Failed', why: 'OOMKilled' })],
    result: 'Failed',
    reason: 'OOMKilled',
    exitCode: 0,
    believed: true,
  },
  {
    what: 'a preemption',
    job: failed(),
    pods: [ended(143, undefined, disrupted('PreemptionByScheduler'))],
    result: 'Interrupted',
    reason: 'PreemptionByScheduler',
    exitCode: 143,
  },
  { what: "the Job's deadline, its pod gone", job: deadline, pods: [], result: 'Failed', reason: 'DeadlineExceeded' },
  {
    what: "the Job's deadline, its pod still there with a report",
    job: deadline,
    pods: [ended(143, whichFailed(143, { result: 'Interrupted' }))],
    result: 'Failed',
    reason: 'DeadlineExceeded',
    exitCode: 143,
    believed: true,
  },
  {
    what: 'no pod left',
    job: failed({ message: 'Job has reached the specified backoff limit' }),
    pods: [],
    result: 'Failed',
    reason: 'BackoffLimitExceeded',
    says: 'specified backoff limit',
  },
  {
    what: 'no pod left and nothing said',
    job: aJob({ end: 'Failed' }),
    pods: [],
    result: 'Failed',
    reason: 'JobFailed',
    says: 'no message',
  },
  {
    what: 'a pod that never started its container',
    job: failed(),
    pods: [aPod({ phase: 'Pending', state: { waiting: { reason: 'ImagePullBackOff' } } })],
    result: 'Failed',
    reason: 'BackoffLimitExceeded',
  },
  {
    what: 'exit 1 and no report',
    job: failed(),
    pods: [ended(1)],
    result: 'Failed',
    reason: 'Failed',
    says: 'exit code 1',
    exitCode: 1,
  },
  {
    what: 'exit 2 and no report',
    job: failed(),
    pods: [ended(2)],
    result: 'Failed',
    reason: 'Configuration',
    exitCode: 2,
  },
  {
    what: 'exit 3 and no report',
    job: failed(),
    pods: [ended(3)],
    result: 'Incomplete',
    reason: 'Incomplete',
    says: 'left no report',
    exitCode: 3,
  },
  { what: 'exit 4 and no report', job: failed(), pods: [ended(4)], result: 'Failed', reason: 'Mismatch', exitCode: 4 },
  { what: 'exit 5 and no report', job: failed(), pods: [ended(5)], result: 'Failed', reason: 'Refused', exitCode: 5 },
  {
    what: 'exit 11 and no report',
    job: failed(),
    pods: [ended(11)],
    result: 'Skipped',
    reason: 'LeaseHeld',
    exitCode: 11,
  },
  {
    what: 'exit 12 and no report',
    job: failed(),
    pods: [ended(12)],
    result: 'Failed',
    reason: 'Credentials',
    exitCode: 12,
  },
  {
    what: 'exit 13 and no report',
    job: failed(),
    pods: [ended(13)],
    result: 'Failed',
    reason: 'NoSpace',
    exitCode: 13,
  },
  {
    what: 'exit 14 and no report',
    job: failed(),
    pods: [ended(14)],
    result: 'Failed',
    reason: 'OutOfTime',
    exitCode: 14,
  },
  {
    what: 'exit 130 and no report',
    job: failed(),
    pods: [ended(130)],
    result: 'Interrupted',
    reason: 'Interrupted',
    exitCode: 130,
  },
  {
    what: 'exit 143 and no report',
    job: failed(),
    pods: [ended(143)],
    result: 'Interrupted',
    reason: 'Terminated',
    exitCode: 143,
  },
  {
    what: 'exit 137, which is none of ours',
    job: failed(),
    pods: [ended(137)],
    result: 'Failed',
    reason: 'ExitCodeUnknown',
    says: 'exit code 137',
    exitCode: 137,
  },
  {
    what: 'exit 0 and no report',
    job: failed(),
    pods: [ended(0)],
    result: 'Failed',
    reason: 'ExitCodeUnknown',
    exitCode: 0,
  },
  {
    what: 'several pods, of which the newest tells',
    job: failed(),
    pods: [
      ended(13, whichFailed(13), { name: 'b', created: '2026-11-25T03:05:00Z' }),
      ended(1, whichFailed(1), { name: 'a' }),
    ],
    result: 'Failed',
    reason: 'Refused',
    exitCode: 13,
    believed: true,
  },
];

describe('The outcome of a Job', () => {
  for (const [is, endings] of [
    ['complete', COMPLETE],
    ['failed', FAILED],
  ] as const)
    for (const { what, job, pods, result, reason, says = '', exitCode, believed } of endings)
      it(`that is ${is}, with ${what}, is ${result} because of ${reason}`, () => {
        const found = outcome(job, pods);
        assert.ok(found);
        assert.deepEqual(
          {
            result: found.result,
            reason: found.reason,
            exitCode: found.exitCode,
            believed: found.report !== undefined,
          },
          { result, reason, exitCode, believed: believed === true },
        );
        assert.ok(found.message.includes(says), found.message);
      });

  it('is not there while the Job goes on, whatever its pods say', () => {
    assert.equal(outcome(aJob(), [ended(0, left())]), undefined);
    const ending = aJob({ end: 'Failed' });
    const target = { ...ending, status: { ...ending.status, conditions: [{ type: 'FailureTarget', status: 'True' }] } };
    assert.equal(outcome(target, [ended(2, whichFailed(2))]), undefined);
  });

  it('has a condition of the Job only when its status is True', () => {
    const doubtful = aJob({ end: 'Complete' });
    const conditions = [{ type: 'Complete', status: 'False' }];
    assert.equal(outcome({ ...doubtful, status: { conditions } }, [ended(0, left())]), undefined);
  });

  it('ended when the cluster says, whatever the run says', () => {
    const nextYear = left({ completionTime: '2027-11-25T03:14:00.000Z' });
    assert.equal(outcome(complete(), [ended(0, nextYear)])?.completionTime, ENDED);
    assert.equal(outcome(failed(), [ended(1, whichFailed(1))])?.completionTime, ENDED);
  });

  it('fits into the status however much was said', () => {
    const long = '🗄'.repeat(512);
    for (const pods of [
      [ended(0, whichFailed(1, { message: long }))],
      [ended(137, undefined, { reason: 'Evicted', message: long.repeat(3) })],
      [ended(137, undefined, { conditions: [{ type: 'DisruptionTarget', status: 'True', message: long }] })],
      [ended(0, left({ stageSeconds: { [long]: 1 } as object }))],
    ])
      for (const job of [complete(), failed({ message: long.repeat(2) })]) {
        const found = outcome(job, pods);
        assert.ok(found?.message.isWellFormed());
        finishedRunSchema.pick({ message: true, reason: true }).parse({ message: found.message, reason: found.reason });
      }
  });
});

describe('The trigger of a Job', () => {
  const { ownerReferences: _, ...orphan } = aJob().metadata;
  it('is the schedule for what the CronJob has made', () => assert.equal(triggerOf(aJob()), 'Scheduled'));
  it('is a hand for what kubectl has made from the CronJob, owned by it or not', () => {
    assert.equal(triggerOf(aJob({ isManual: true })), 'Manual');
    assert.equal(triggerOf({ metadata: orphan }), 'Manual');
  });
});
