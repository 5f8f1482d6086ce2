import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESULTS, type Result, type RunReport } from '../../../src/api/report.ts';
import {
  HISTORY_LENGTH,
  lastRunSchema,
  type PolicyStatus,
  statusSchema,
  type Trigger,
} from '../../../src/api/status.ts';
import { judgeRuns } from '../../../src/controller/policy/judge.ts';
import { type EndedRun, recordRuns } from '../../../src/controller/policy/run-history.ts';
import { aReport } from '../a-report.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 25, 3, minute)).toISOString().replace('.000', '');

interface RunChange {
  readonly name?: string;
  readonly trigger?: Trigger;
  readonly exitCode?: number;
  readonly report?: Partial<RunReport> | null;
}

/** A run that ended at a minute of the night; it has a report unless that is null. */
function aRun(result: Result, minute: number, change: RunChange = {}): EndedRun {
  const { name = `run-${minute}`, trigger = 'Scheduled', exitCode, report = {} } = change;
  return {
    jobName: name,
    jobUid: `uid-of-${name}`,
    trigger,
    startTime: at(minute - 10),
    outcome: {
      result,
      reason: result === 'Succeeded' ? 'Verified' : 'NotSo',
      message: 'a sentence',
      exitCode,
      report: report === null ? undefined : aReport(name, { result, ...report }),
      completionTime: at(minute),
    },
  };
}

const after = (...runs: readonly EndedRun[]): PolicyStatus => recordRuns({}, runs);
/** One look at the policy for each run, in the order given. */
const seen = (...runs: readonly EndedRun[]): PolicyStatus =>
  runs.reduce<PolicyStatus>((status, run) => recordRuns(status, [run]), {});
const names = (status: PolicyStatus): string[] => (status.history ?? []).map(({ jobName }) => jobName);
const countOf = (status: PolicyStatus, result: Result, trigger: Trigger = 'Scheduled'): number | undefined =>
  status.runCounts?.find((entry) => entry.result === result && entry.trigger === trigger)?.count;

describe('The history of runs', () => {
  it('holds what a run and its report say, and passes the schema of a status', () => {
    const status = after(aRun('Succeeded', 14, { exitCode: 0, report: { hint: 'none', warnings: ['Code: words'] } }));
    statusSchema.parse(status);
    const { lastRun, lastSuccess, history } = status;
    assert.deepEqual(lastSuccess, history?.[0]);
    assert.equal(lastRun?.backupPath, '/BACKUPS/2026-11-21_backup.zip');
    assert.equal(lastRun?.durationSeconds, 600);
    assert.deepEqual([lastRun?.cases, lastRun?.files, lastRun?.archiveBytes], [41, 18_233, 70_911_000_000]);
    assert.deepEqual(lastRun?.warnings, ['Code: words']);
    assert.deepEqual(
      lastRun?.stageSeconds?.map(({ stage, seconds }) => [stage, seconds]),
      [
        ['Listing', 4],
        ['Archiving', 50],
        ['Verifying', 3],
      ],
    );
  });

  it('has no field that is undefined, since an applied undefined is a difference in every comparison', () => {
    const bare = aRun('Failed', 14, { report: null });
    const text = JSON.stringify(after({ ...bare, startTime: undefined }));
    assert.deepEqual(JSON.parse(text), after({ ...bare, startTime: undefined }));
    lastRunSchema.parse(after(bare).lastRun);
  });

  it('is newest first, in whatever order the runs are seen', () => {
    const runs = [aRun('Failed', 30), aRun('Succeeded', 10), aRun('Skipped', 20)];
    assert.deepEqual(names(after(...runs)), ['run-30', 'run-20', 'run-10']);
    assert.deepEqual(names(seen(...runs)), ['run-30', 'run-20', 'run-10']);
  });

  it(`keeps ${HISTORY_LENGTH} runs and counts all`, () => {
    const status = after(...Array.from({ length: 25 }, (_, minute) => aRun('Failed', minute)));
    assert.equal(status.history?.length, HISTORY_LENGTH);
    assert.deepEqual([names(status)[0], names(status).at(-1)], ['run-24', 'run-5']);
    assert.equal(countOf(status, 'Failed'), 25);
    assert.equal(status.consecutiveFailures, 25);
  });

  it('counts by result and trigger, from zero for each pair', () => {
    const status = after(aRun('Succeeded', 1), aRun('Succeeded', 2, { trigger: 'Manual' }), aRun('Succeeded', 3));
    assert.equal(status.runCounts?.length, 2 * RESULTS.length);
    assert.equal(countOf(status, 'Succeeded'), 2);
    assert.equal(countOf(status, 'Succeeded', 'Manual'), 1);
    assert.equal(countOf(status, 'Incomplete', 'Manual'), 0);
  });

  it('is the same whether runs are seen at once, one by one or backwards', () => {
    const runs = RESULTS.map((result, i) => aRun(result, 10 * i + 10, { exitCode: i }));
    assert.deepEqual(seen(...runs), after(...runs));
    const { lastVerification: _, ...backwards } = seen(...runs.toReversed());
    const { lastVerification: __, ...forwards } = after(...runs);
    assert.deepEqual(backwards, forwards);
  });
});

describe('The newest run', () => {
  it('is not replaced by an older one that is seen late', () => {
    const status = seen(aRun('Succeeded', 30, { report: { quota: undefined } }), aRun('Failed', 10));
    assert.equal(status.lastRun?.jobName, 'run-30');
    assert.equal(status.quota, undefined);
    assert.equal(countOf(status, 'Failed'), 1);
  });

  it('leaves what it can not say as it was', () => {
    const status = seen(aRun('Succeeded', 10), aRun('Failed', 20, { report: null }));
    assert.equal(status.retention?.backups, 30);
    assert.equal(status.quota?.usedBytes, 2_200_000_000_000);
    assert.equal(status.logWritten, true);
    assert.equal(status.lastVerification?.result, 'Succeeded');
  });

  it('is told what older ones said that are seen at the same time', () => {
    const status = after(aRun('Failed', 20, { report: null }), aRun('Succeeded', 10));
    assert.deepEqual([status.lastRun?.jobName, status.retention?.backups], ['run-20', 30]);
  });

  it('says nothing of a log when its policy has none', () => {
    const failing = aRun('Succeeded', 10, { report: { logWritten: false } });
    assert.equal(seen(failing).logWritten, false);
    assert.equal('logWritten' in seen(failing, aRun('Succeeded', 20, { report: { logWritten: undefined } })), false);
    assert.equal(seen(failing, aRun('Failed', 20, { report: null })).logWritten, false);
  });
});

describe('What the last run was compared with', () => {
  const first = { baseline: { kind: 'FirstBackup' } } as const;

  it('is nothing on the first night, which is no loss', () => {
    assert.deepEqual(seen(aRun('Succeeded', 10, { report: first })).baseline, { kind: 'FirstBackup' });
  });

  it('is forgotten where a first backup is made under a policy that has had a verified one', () => {
    const status = seen(aRun('Succeeded', 10), aRun('Succeeded', 20, { report: first }));
    assert.deepEqual(status.baseline, { kind: 'Forgotten' });
    assert.equal(judgeRuns(status).GuardsActive.reason, 'MemoryLost');
    statusSchema.parse(status);
  });

  it('stays what it was when a run can not tell, and is known again with the next that can', () => {
    const lost = [aRun('Succeeded', 10), aRun('Succeeded', 20, { report: first }), aRun('Failed', 30)];
    assert.deepEqual(seen(...lost).baseline, { kind: 'Forgotten' });
    const baseline = { kind: 'LastNight', runId: '20261125T030000Z-6f2c91aa' } as const;
    assert.deepEqual(seen(...lost, aRun('Succeeded', 40, { report: { baseline } })).baseline, baseline);
  });
});

describe('Consecutive failures', () => {
  const cases: readonly (readonly [what: string, runs: readonly EndedRun[], failures: number, success?: string])[] = [
    ['rise with a failure', [aRun('Failed', 10)], 1],
    ['rise with an incomplete backup', [aRun('Incomplete', 10)], 1],
    ['rise with an interruption', [aRun('Interrupted', 10)], 1],
    ['stay as they are with a skipped run', [aRun('Failed', 10), aRun('Skipped', 20)], 1],
    ['are none before the first run', [aRun('Skipped', 20)], 0],
    ['end with a success', [aRun('Failed', 10), aRun('Failed', 20), aRun('Succeeded', 30)], 0, at(30)],
    ['begin anew after a success', [aRun('Failed', 10), aRun('Succeeded', 20), aRun('Failed', 30)], 1, at(20)],
    ['are not raised by a failure before the last success', [aRun('Succeeded', 30), aRun('Failed', 10)], 0, at(30)],
    ['are kept, after it, by a success that is seen late', [aRun('Failed', 30), aRun('Succeeded', 20)], 1, at(20)],
    [
      'lose those before it to a success that is seen late',
      [aRun('Failed', 10), aRun('Failed', 30), aRun('Skipped', 40), aRun('Succeeded', 20)],
      1,
      at(20),
    ],
    [
      'stay none after a success that is seen before an older one',
      [aRun('Failed', 25), aRun('Succeeded', 30), aRun('Succeeded', 20)],
      0,
      at(30),
    ],
    [
      'are not touched by a success that another has followed',
      [aRun('Succeeded', 30), aRun('Failed', 40), aRun('Succeeded', 20)],
      1,
      at(30),
    ],
  ];
  for (const [what, runs, failures, success] of cases)
    it(what, () => {
      const status = seen(...runs);
      assert.equal(status.consecutiveFailures, failures);
      assert.equal(status.lastSuccessTime, success);
      assert.equal(status.lastSuccess?.completionTime, success);
    });

  it('have the time of the last of them, in whatever order they are seen', () => {
    assert.equal(seen(aRun('Failed', 30), aRun('Failed', 10)).lastFailureTime, at(30));
    assert.equal(seen(aRun('Failed', 10), aRun('Skipped', 30)).lastFailureTime, at(10));
    assert.equal(seen(aRun('Succeeded', 10)).lastFailureTime, undefined);
  });
});

describe('The last verification', () => {
  const verification = aReport('x').verification;
  const found = (run: EndedRun) => seen(aRun('Succeeded', 10), run).lastVerification?.result;

  it('has found nothing wrong when the report says so', () => {
    assert.equal(found(aRun('Succeeded', 20)), 'Succeeded');
    assert.equal(found(aRun('Incomplete', 20, { exitCode: 3 })), 'Succeeded');
  });
  it('has failed when a single check has', () => {
    assert.ok(verification);
    const report = { verification: { ...verification, cases_match: false } };
    assert.equal(found(aRun('Failed', 20, { exitCode: 1, report })), 'Failed');
  });
  it('is not told by a run that left no backup, however well its check went', () => {
    const before = seen(aRun('Succeeded', 10));
    const untold: readonly EndedRun[] = [
      aRun('Failed', 20, { exitCode: 1 }),
      aRun('Skipped', 20, { exitCode: 11 }),
      aRun('Failed', 20, { exitCode: 137, report: { result: 'Succeeded' } }),
      aRun('Interrupted', 20, { exitCode: 137, report: { result: 'Failed' } }),
      aRun('Interrupted', 20, { exitCode: 143, report: { backup: undefined } }),
    ];
    for (const run of untold) {
      const status = recordRuns(before, [run]);
      assert.deepEqual(status.lastVerification, before.lastVerification);
      assert.equal(judgeRuns(status).Verified.status, 'True');
      assert.deepEqual([status.history?.[0]?.jobName, status.history?.[0]?.backupPath], ['run-20', undefined]);
      assert.equal(status.lastRun?.contentHash, undefined);
      assert.equal(seen(run).lastVerification, undefined);
      assert.equal(judgeRuns(seen(run)).Verified.status, 'Unknown');
    }
  });
  it('is told by a run that was interrupted when its backup stood already', () => {
    const { lastVerification, history } = seen(aRun('Interrupted', 20, { exitCode: 143 }));
    assert.equal(lastVerification?.result, 'Succeeded');
    assert.equal(history?.[0]?.backupPath, '/BACKUPS/2026-11-21_backup.zip');
  });
  it('has failed by the exit code alone, with a report or without', () => {
    assert.equal(found(aRun('Failed', 20, { exitCode: 4 })), 'Failed');
    assert.equal(found(aRun('Failed', 20, { exitCode: 4, report: null })), 'Failed');
  });
  it('stays the last when a run did not come so far', () => {
    assert.equal(found(aRun('Failed', 20, { exitCode: 1, report: { verification: undefined } })), 'Succeeded');
    assert.equal(seen(aRun('Failed', 20, { report: null })).lastVerification, undefined);
  });
});
