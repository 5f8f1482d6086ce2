import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordRuns } from '../../../src/controller/policy/run-history.ts';
import { aReport } from '../a-report.ts';

const ENDED = '2026-11-25T03:10:00Z';
const JANUARY = '2027-01-04T03:09:00.000Z';

describe('A run on a node whose clock is ahead', () => {
  it('has looked at everything no later than the cluster saw it end', () => {
    const { verification, retention, quota, ...report } = aReport('run');
    assert.ok(verification && retention && quota);
    const ahead = {
      ...report,
      verification: { ...verification, timestamp: JANUARY },
      retention: { ...retention, checkedTime: JANUARY },
      quota: { ...quota, checkedTime: JANUARY },
    };
    const outcome = { result: 'Succeeded', reason: 'Verified', message: 'm', exitCode: 0, report: ahead } as const;
    const run = {
      jobName: 'run',
      jobUid: 'u',
      trigger: 'Scheduled',
      outcome: { ...outcome, completionTime: ENDED },
    } as const;
    const status = recordRuns({}, [run]);
    assert.equal(status.lastVerification?.completionTime, ENDED);
    assert.equal(status.retention?.checkedTime, ENDED);
    assert.equal(status.quota?.checkedTime, ENDED);
  });
});
