import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finishedRunSchema } from '../../../src/api/status.ts';
import { outcomeOf, triggerOf } from '../../../src/controller/policy/outcome.ts';
import type { Job, Pod } from '../../../src/controller/workloads.ts';
import { aJob, complete, ENDED, ended, failed, left, whichFailed } from './job-and-pod.ts';

const outcome = (job: Job, ...pods: readonly Pod[]) => outcomeOf(job, pods, { policy: 'nightly', runIds: new Set() });
const having = (...conditions: readonly { type: string; status: string }[]): Job => ({
  ...aJob(),
  status: { conditions },
});

describe('The outcome of a Job', () => {
  it('is not there while the Job goes on, unless its container has proven a backup', () => {
    assert.equal(outcome(having({ type: 'FailureTarget', status: 'True' }), ended(2, whichFailed(2))), undefined);
    for (const job of [aJob(), having({ type: 'Complete', status: 'False' })]) {
      assert.equal(outcome(job, ended(0)), undefined);
      assert.equal(outcome(job, ended(1, left())), undefined);
      assert.equal(outcome(job, ended(0, left()))?.result, 'Succeeded');
    }
  });

  it('has the time at which the cluster saw the end, whatever the run says', () => {
    const nextYear = '2027-11-25T03:14:00.000Z';
    assert.equal(outcome(complete(), ended(0, left({ completionTime: nextYear })))?.completionTime, ENDED);
    assert.equal(outcome(failed(), ended(1, whichFailed(1, { completionTime: nextYear })))?.completionTime, ENDED);
    assert.equal(outcome(failed())?.completionTime, ENDED);
  });

  it('fits into the status however much was said', () => {
    const long = '🗄'.repeat(512);
    const pods = [
      ended(0, whichFailed(1, { message: long })),
      ended(137, undefined, { reason: 'Evicted', message: long.repeat(3) }),
      ended(137, undefined, { conditions: [{ type: 'DisruptionTarget', status: 'True', message: long }] }),
      ended(0, left({ stageSeconds: { [long]: 1 } as object })),
    ];
    for (const job of [complete(), failed({ message: long.repeat(2) })])
      for (const [i, pod] of pods.entries()) {
        const { message = '', reason } = outcome(job, pod) ?? {};
        assert.ok(message.isWellFormed(), `pod ${i}`);
        finishedRunSchema.pick({ message: true, reason: true }).parse({ message, reason });
      }
    const bytes = Buffer.byteLength(outcome(failed({ message: long.repeat(2) }))?.message ?? '');
    assert.ok(bytes > 1020 && bytes <= 1024, `${bytes}`);
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
