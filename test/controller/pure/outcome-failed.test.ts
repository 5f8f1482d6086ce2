import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomeOf } from '../../../src/controller/policy/outcome.ts';
import type { Job, Pod } from '../../../src/controller/workloads.ts';
import { aJob, aPod, ended, failed, left, whichFailed } from './job-and-pod.ts';

const LATER = '2026-11-25T03:05:00Z';
const EARLIER = '2026-11-25T03:04:00Z';
const preempted = { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] };
const spared = { conditions: [{ type: 'DisruptionTarget', status: 'False', reason: 'PreemptionByScheduler' }] };
const memory = { phase: 'Failed', why: 'OOMKilled' } as const;
const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' } as const;
const skipped = whichFailed(11, { result: 'Skipped', reason: 'LeaseHeld' });
const incomplete = left({ result: 'Incomplete', reason: 'FilesMissing', exitCode: 3 });
const pastDeadline = { phase: 'Failed', reason: 'DeadlineExceeded' } as const;
const besideFailed: Pod = {
  ...ended(0, left()),
  status: {
    phase: 'Failed',
    containerStatuses: [
      { name: 'mesh', state: { terminated: { exitCode: 1 } } },
      { name: 'backup-job', state: { terminated: { exitCode: 0, reason: 'Completed', message: left() } } },
    ],
  },
};
const deadline = failed({ reason: 'DeadlineExceeded' });

const refusedPod = (reason: string): Pod => ({
  metadata: { name: 'pod-1' },
  status: { phase: 'Failed', reason, message: `Pod was rejected: the words of the kubelet` },
});
const initFailed: Pod = {
  metadata: { name: 'pod-1' },
  status: {
    phase: 'Failed',
    initContainerStatuses: [{ name: 'fetch-ca', state: { terminated: { exitCode: 7 } } }],
    containerStatuses: [{ name: 'backup-job', state: { waiting: { reason: 'PodInitializing' } } }],
  },
};

/** What a failed Job's pods left, the verdict, and words of its sentence. */
const ENDINGS: readonly (readonly [what: string, pods: readonly Pod[], verdict: string, says?: string, job?: Job])[] = [
  ['a report that says why', [ended(5, whichFailed(5))], 'Failed Refused', 'it did not go'],
  ['an incomplete backup', [ended(3, incomplete)], 'Incomplete FilesMissing'],
  ['a lease that another run holds', [ended(11, skipped)], 'Skipped LeaseHeld'],
  ['a report of success', [ended(1, left())], 'Failed ReportContradicts', 'says Succeeded'],
  ['a report of success and exit 0', [ended(0, left())], 'Failed ReportContradicts'],
  ['a sidecar that ended badly after a proven run', [besideFailed], 'Succeeded Verified'],
  ["the pod's deadline after a proven run", [ended(0, left(), pastDeadline)], 'Succeeded Verified'],
  [
    "the pod's deadline after exit 0 and a report of failure",
    [ended(0, whichFailed(1), pastDeadline)],
    'Failed DeadlineExceeded',
  ],
  ["the Job's deadline after a proven run", [ended(0, left())], 'Succeeded Verified', '', deadline],
  ['a report of Skipped beside exit 1', [ended(1, skipped)], 'Failed ReportContradicts', 'exit code 11'],
  ['an eviction', [ended(137, undefined, evicted)], 'Interrupted Evicted', 'low on memory'],
  ['an eviction with exit 0', [ended(0, left(), evicted)], 'Interrupted Evicted'],
  ["the pod's deadline", [ended(137, undefined, { reason: 'DeadlineExceeded' })], 'Failed DeadlineExceeded', 'minutes'],
  ['no memory', [ended(137, undefined, memory)], 'Failed OOMKilled'],
  ['no memory for a child, and a report', [ended(1, whichFailed(1), memory)], 'Failed OOMKilled'],
  ['no memory for a child, and a success', [ended(0, left(), memory)], 'Failed OOMKilled'],
  ['a preemption', [ended(143, undefined, preempted)], 'Interrupted PreemptionByScheduler', 'no message'],
  ['a preemption that did not come', [ended(5, whichFailed(5), spared)], 'Failed Refused'],
  ["the Job's deadline and no pod", [], 'Failed DeadlineExceeded', 'deleted its pod', deadline],
  [
    "the Job's deadline and a pod that is still there",
    [ended(143, whichFailed(143, { result: 'Interrupted', reason: 'Terminated' }))],
    'Failed DeadlineExceeded',
    'deleted its pod',
    deadline,
  ],
  ...['OutOfcpu', 'NodeAffinity', 'UnexpectedAdmissionError'].map(
    (reason) =>
      [`a node that says ${reason}`, [refusedPod(reason)], `Failed ${reason}`, 'the words of the kubelet'] as const,
  ),
  [
    'a node that is out of something with a long name',
    [refusedPod('OutOfexample.com/gpu')],
    'Failed PodRefused',
    'OutOfexample.com/gpu',
  ],
  [
    'an init container that failed',
    [initFailed],
    'Failed InitContainerFailed',
    'fetch-ca, which comes before the backup, ended with exit code 7',
  ],
  ['no pod', [], 'Failed BackoffLimitExceeded', 'its words', failed({ message: 'its words' })],
  ['no pod and no word', [], 'Failed JobFailed', 'no message', aJob({ end: 'Failed' })],
  ['a container that never ran', [aPod({ phase: 'Pending', state: { waiting: {} } })], 'Failed BackoffLimitExceeded'],
  ['exit 0 and no report', [ended(0)], 'Failed ExitCodeUnknown', 'exit code 0'],
  ['exit 1 and no report', [ended(1)], 'Failed Failed', 'a retry may help (exit code 1); the run left no report'],
  ['exit 2 and no report', [ended(2)], 'Failed Configuration'],
  ['exit 3 and no report', [ended(3)], 'Incomplete Incomplete'],
  ['exit 4 and no report', [ended(4)], 'Failed Mismatch'],
  ['exit 5 and no report', [ended(5)], 'Failed Refused', 'refused by a guard'],
  ['exit 11 and no report', [ended(11)], 'Skipped LeaseHeld'],
  ['exit 12 and no report', [ended(12)], 'Failed Credentials'],
  ['exit 13 and no report', [ended(13)], 'Failed NoSpace'],
  ['exit 14 and no report', [ended(14)], 'Failed OutOfTime'],
  ['exit 130 and no report', [ended(130)], 'Interrupted Interrupted'],
  ['exit 143 and no report', [ended(143)], 'Interrupted Terminated'],
  ['exit 137, which is none of ours', [ended(137)], 'Failed ExitCodeUnknown', 'exit code 137; the run left no report'],
  [
    'several pods, of which the newest tells',
    [ended(13, whichFailed(13), { name: 'b', created: LATER }), ended(1, whichFailed(1, { reason: 'Unexpected' }))],
    'Failed Refused',
  ],
  [
    'two pods of one second, of which the last to end tells',
    [ended(13, whichFailed(13)), ended(1, whichFailed(1, { reason: 'Unexpected' }), { name: 'b', finished: EARLIER })],
    'Failed Refused',
  ],
];

describe('A failed Job', () => {
  for (const [what, pods, verdict, says = '', job = failed()] of ENDINGS)
    it(`with ${what} is ${verdict}`, () => {
      const outcome = outcomeOf(job, pods, { policy: 'nightly', runIds: new Set() });
      assert.equal(`${outcome?.result} ${outcome?.reason}`, verdict);
      const ours = pods[0]?.status?.containerStatuses?.find(({ name }) => name === 'backup-job');
      assert.equal(outcome?.exitCode, ours?.state?.terminated?.exitCode);
      assert.ok(outcome?.message.includes(says), outcome?.message);
    });

  it('that waited to its end has failed for what it waited for', () => {
    const waited = 'FailedCreate: Error creating: pods "x" is forbidden: exceeded quota: night';
    const known = { policy: 'nightly', runIds: new Set<string>() };
    const outcome = outcomeOf(deadline, [], { ...known, waited });
    assert.equal(`${outcome?.result} ${outcome?.reason}`, 'Failed FailedCreate');
    assert.match(outcome?.message ?? '', /the Job has failed while its run waited: FailedCreate: .* exceeded quota/);
    assert.equal(outcomeOf(deadline, [], { ...known, waited: 'something else' })?.reason, 'NeverRan');
    assert.equal(outcomeOf(failed(), [ended(5, whichFailed(5))], { ...known, waited })?.reason, 'Refused');
  });

  it('believes what else a report says, unless it contradicts the Job', () => {
    const reportOf = (pod: Pod) => outcomeOf(failed(), [pod], { policy: 'nightly', runIds: new Set() })?.report;
    assert.equal(reportOf(ended(3, incomplete))?.files, 18_233);
    assert.equal(reportOf(ended(1, whichFailed(1), memory))?.exitCode, 1);
    assert.equal(reportOf(ended(1, left())), undefined);
    assert.equal(reportOf(ended(1, skipped)), undefined);
  });
});
