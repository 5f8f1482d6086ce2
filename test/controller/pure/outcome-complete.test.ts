import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunReport } from '../../../src/api/report.ts';
import { outcomeOf } from '../../../src/controller/policy/outcome.ts';
import type { Pod } from '../../../src/controller/workloads.ts';
import { complete, ENDED, ended, left, whichFailed } from './job-and-pod.ts';

const LATER = '2026-11-25T03:05:00Z';
const checks = { backup_file_exists: true, manifest_valid: true, cases_match: true, size_reasonable: true } as const;
const verification: RunReport['verification'] = { ...checks, timestamp: ENDED, level: 'Standard' };
const contradicted = 'Failed ReportContradicts';
const without = (check: keyof typeof checks): Pod =>
  ended(0, left({ verification: { ...verification, [check]: false } }));

/** What a complete Job's pods left, the verdict, and the exit code that it tells (of the pod that decides). */
const ENDINGS: readonly (readonly [what: string, pods: readonly Pod[], verdict: string, exitCode?: number])[] = [
  ['a proven report and exit 0', [ended(0, left())], 'Succeeded Verified', 0],
  ['no pod', [], 'Interrupted PodGone'],
  ['no termination message', [ended(0)], 'Interrupted ReportMissing', 0],
  ['an empty message', [ended(0, '')], 'Interrupted ReportMissing', 0],
  ['a message cut in half', [ended(0, left().slice(0, 300))], 'Interrupted ReportUnreadable', 0],
  ['a report of another version', [ended(0, left({ version: 2 }))], 'Interrupted ReportVersionUnknown', 0],
  [
    'no message of a container that ended with exit 3',
    [ended(3, '', { phase: 'Succeeded' })],
    'Failed ReportMissing',
    3,
  ],
  ['no message of a pod that was evicted', [ended(0, '', { phase: 'Failed', reason: 'Evicted' })], 'Failed Evicted', 0],
  ["another policy's report", [ended(0, left({ policy: 'weekly' }))], 'Failed ReportForeign', 0],
  ['a pod that was evicted', [ended(0, left(), { phase: 'Failed', reason: 'Evicted' })], 'Failed Evicted', 0],
  ['a report that says Failed', [ended(0, whichFailed(1))], contradicted, 0],
  ['a report that says Failed with exit 0', [ended(0, whichFailed(0))], contradicted, 0],
  ['a report that says Incomplete with exit 0', [ended(0, left({ result: 'Incomplete' }))], contradicted, 0],
  ['a report that says Succeeded with exit 1', [ended(0, left({ exitCode: 1 }))], contradicted, 0],
  ['a container that ended with exit 3', [ended(3, left(), { phase: 'Succeeded' })], contradicted, 3],
  ['no backup named', [ended(0, left({ backup: undefined }))], 'Failed VerificationMissing', 0],
  ['no verification', [ended(0, left({ verification: undefined }))], 'Failed VerificationMissing', 0],
  ['a verification without the file', [without('backup_file_exists')], 'Failed VerificationMissing', 0],
  ['a verification without a manifest', [without('manifest_valid')], 'Failed VerificationMissing', 0],
  ['a verification with other cases', [without('cases_match')], 'Failed VerificationMissing', 0],
  ['a verification of another size', [without('size_reasonable')], 'Failed VerificationMissing', 0],
  [
    'a first pod that failed and a second that succeeded',
    [ended(1, whichFailed(1)), ended(0, left(), { name: 'b', created: LATER })],
    'Succeeded Verified',
    0,
  ],
  [
    'a pod that succeeded and a newer one that was ended',
    [ended(137, undefined, { name: 'b', created: LATER }), ended(0, left())],
    'Succeeded Verified',
    0,
  ],
];

describe('A complete Job', () => {
  for (const [what, pods, verdict, exitCode] of ENDINGS)
    it(`with ${what} is ${verdict}`, () => {
      const outcome = outcomeOf(complete(), pods, { policy: 'nightly', runIds: new Set() });
      assert.equal(`${outcome?.result} ${outcome?.reason}`, verdict);
      assert.equal(outcome?.exitCode, exitCode);
      // What is said by a report that proves nothing stands nowhere.
      assert.equal(outcome?.report !== undefined, outcome?.result === 'Succeeded');
    });

  it('whose report contradicts it is told in the words of the report', () => {
    const outcome = outcomeOf(complete(), [ended(0, whichFailed(1))], { policy: 'nightly', runIds: new Set() });
    assert.equal(outcome?.message, 'the Job is complete, but its report says Failed: it did not go');
  });
});
