import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EarlierRun, RunReport } from '../../../src/api/report.ts';
import { HISTORY_LENGTH, type PolicyStatus, statusSchema } from '../../../src/api/status.ts';
import { eventsOfRuns } from '../../../src/controller/policy/events.ts';
import { judgeRuns } from '../../../src/controller/policy/judge.ts';
import { readReport } from '../../../src/controller/policy/read-report.ts';
import { type EndedRun, recordRuns } from '../../../src/controller/policy/run-history.ts';
import { aReport } from '../a-report.ts';

/** Days of the month at three o'clock, and so many minutes. */
const at = (day: number, minute = 0): string =>
  new Date(Date.UTC(2026, 10, day, 3, minute)).toISOString().replace('.000', '');

function aRun(day: number, outcome: Partial<EndedRun['outcome']>, change: Partial<EndedRun> = {}): EndedRun {
  return {
    jobName: `night-${day}`,
    jobUid: `uid-${day}`,
    trigger: 'Scheduled',
    startTime: at(day),
    outcome: {
      result: 'Succeeded',
      reason: 'Verified',
      message: 'a sentence',
      completionTime: at(day, 30),
      ...outcome,
    },
    ...change,
  };
}

const withoutReport = (day: number, reason: string, completionTime = at(day, 30)): EndedRun =>
  aRun(
    day,
    { result: 'Interrupted', reason, completionTime },
    reason === 'JobUnseen' ? { jobUid: `unseen-${at(day)}` } : {},
  );

const withReport = (day: number, report: Partial<RunReport>): EndedRun =>
  aRun(day, {
    ...report,
    report: aReport(`uid-${day}`, { runId: `run-${day}`, ...report }, new Date(at(day, 30))),
  });

const failing = { result: 'Failed', reason: 'NoSpace', backup: undefined, verification: undefined } as const;

const saved = (day: number, change: Partial<EarlierRun> = {}): EarlierRun => ({
  runId: `run-${day}`,
  slot: `uid-${day}`,
  result: 'Succeeded',
  reason: 'Verified',
  startTime: at(day, 1).replace('Z', '.123Z'),
  completionTime: at(day, 20).replace('Z', '.456Z'),
  backupPath: `/BACKUPS/2026-11-${day}_backup.zip`,
  cases: 3,
  files: 14,
  sourceBytes: 1000,
  archiveBytes: 900,
  level: 'Standard',
  ...change,
});

/** One look for each run. */
function told(...runs: readonly EndedRun[]): PolicyStatus {
  const status = runs.reduce<PolicyStatus>((before, run) => recordRuns(before, [run]), {});
  return statusSchema.parse(status);
}

const countOf = ({ runCounts }: PolicyStatus, result: string): number | undefined =>
  runCounts?.find((entry) => entry.result === result && entry.trigger === 'Scheduled')?.count;

describe('A run whose end nobody saw', () => {
  for (const reason of ['JobGone', 'PodGone', 'JobUnseen', 'ReportMissing'])
    it(`and that is told as ${reason} is told as what the next run has found on record`, () => {
      const status = told(withoutReport(21, reason), withReport(22, { ...failing, earlierRuns: [saved(21)] }));
      const run = status.history?.find(({ jobName }) => jobName === 'night-21');
      assert.deepEqual(run, {
        runId: 'run-21',
        jobName: 'night-21',
        jobUid: 'uid-21',
        trigger: 'Scheduled',
        result: 'Succeeded',
        reason: 'Verified',
        exitCode: 0,
        message: 'nobody saw its end; a later run has read its record, which says Succeeded: 3 cases, 14 files',
        startTime: at(21),
        completionTime: at(21, 20),
        durationSeconds: 1200,
        backupPath: '/BACKUPS/2026-11-21_backup.zip',
        cases: 3,
        files: 14,
        sourceBytes: 1000,
        archiveBytes: 900,
      });
      assert.deepEqual(status.lastSuccess, run);
      assert.equal(status.lastSuccessTime, at(21, 20));
      assert.deepEqual(status.lastVerification, {
        level: 'Standard',
        result: 'Succeeded',
        completionTime: at(21, 20),
        backupPath: '/BACKUPS/2026-11-21_backup.zip',
      });
      assert.deepEqual([countOf(status, 'Succeeded'), countOf(status, 'Failed')], [1, 1]);
      assert.deepEqual([status.consecutiveFailures, status.lastRun?.jobName], [1, 'night-22']);
      assert.equal(judgeRuns(status).Verified.status, 'True');
    });

  it('is counted once, however often it is told of, and stays what it was where nothing is told', () => {
    const once = told(withoutReport(21, 'JobGone'), withReport(22, { earlierRuns: [saved(21)] }));
    const again = recordRuns(once, [withReport(23, { earlierRuns: [saved(22), saved(21, { result: 'Failed' })] })]);
    assert.deepEqual([countOf(again, 'Succeeded'), countOf(again, 'Failed'), again.history?.length], [3, 0, 3]);
    const untold = told(withoutReport(21, 'JobGone'), withReport(22, {}));
    assert.equal(untold.history?.at(-1)?.reason, 'JobGone');
  });

  it('and that had failed in truth is a failure like any other', () => {
    const truth = saved(21, { result: 'Failed', reason: 'NoSpace', backupPath: undefined, level: undefined });
    const both = told(
      withReport(20, {}),
      withoutReport(21, 'JobGone'),
      withReport(22, { ...failing, earlierRuns: [truth] }),
    );
    assert.deepEqual([both.consecutiveFailures, countOf(both, 'Failed')], [2, 2]);
    assert.equal(both.lastSuccessTime, at(20, 30));
    const over = told(withoutReport(21, 'JobGone'), withReport(22, { earlierRuns: [truth] }));
    assert.deepEqual([over.consecutiveFailures, over.lastFailureTime], [0, at(21, 20)]);
  });

  it('and that had found a mismatch in truth turns Verified to False', () => {
    const truth = saved(21, { result: 'Failed', reason: 'ManifestDiffers', backupPath: undefined, level: undefined });
    const status = told(
      withReport(20, {}),
      withoutReport(21, 'JobGone'),
      withReport(22, { ...failing, earlierRuns: [truth] }),
    );
    assert.equal(status.history?.find(({ jobName }) => jobName === 'night-21')?.exitCode, 4);
    assert.deepEqual(judgeRuns(status).Verified.reason, 'Mismatch');
  });

  it('is told by an event of its own, and again after a restart of the controller, but not the night after', () => {
    const before = told(withoutReport(21, 'JobGone'));
    const truth = saved(21, { result: 'Interrupted', reason: 'Terminated', backupPath: undefined, level: undefined });
    const after = recordRuns(before, [withReport(22, { earlierRuns: [truth] })]);
    const now = new Date(at(22, 31));
    const names = (from: PolicyStatus, to: PolicyStatus, when = now) =>
      eventsOfRuns(from, to, when).map(({ reason, note, once }) => [reason, note.split(':', 2).join(':'), once]);
    const events = names(before, after);
    assert.deepEqual(
      events.map(([reason, note]) => [reason, note]),
      [
        ['BackupSucceeded', 'Job night-22: Verified'],
        ['BackupInterrupted', 'Job night-21: Terminated'],
      ],
    );
    const [gone] = eventsOfRuns({}, before, now);
    assert.notEqual(events[1]?.[2], gone?.once);
    assert.deepEqual(names(after, after), events);
    const next = recordRuns(after, [withReport(23, { earlierRuns: [saved(22), truth] })]);
    assert.deepEqual(
      names(after, next, new Date(at(23, 31))).map(([, note]) => note),
      ['Job night-23: Verified'],
    );
  });

  it('ends no later than its end was noticed, nor before its Job began, whatever the clock of its node says', () => {
    const ends = (reason: string, completionTime: string) => {
      const status = told(withoutReport(21, reason), withReport(23, { earlierRuns: [saved(21, { completionTime })] }));
      return status.history?.find(({ jobName }) => jobName === 'night-21')?.completionTime;
    };
    assert.equal(ends('JobGone', '2036-01-01T00:00:00.000Z'), at(21, 30));
    assert.equal(ends('JobUnseen', '2036-01-01T00:00:00.000Z'), at(23, 30));
    assert.equal(ends('PodGone', '2016-01-01T00:00:00.000Z'), at(21));
  });

  it('is the last run no more where another ended after it', () => {
    const noticedLate = withoutReport(21, 'JobGone', at(25));
    const status = recordRuns(told(withReport(20, {})), [withReport(22, { earlierRuns: [saved(21)] }), noticedLate]);
    assert.deepEqual(
      status.history?.map(({ jobName }) => jobName),
      ['night-22', 'night-21', 'night-20'],
    );
    assert.equal(status.lastRun?.jobName, 'night-22');
    assert.equal(status.lastSuccess?.jobName, 'night-22');
  });

  it('at the end of a full history does not open it for Jobs that fell off and were counted', () => {
    const oldest = withoutReport(1, 'JobGone', at(2));
    const others = Array.from({ length: HISTORY_LENGTH - 2 }, (_, i) => withReport(i + 3, {}));
    const full = told(oldest, ...others, withReport(22, {}));
    assert.equal(full.history?.length, HISTORY_LENGTH);
    const status = recordRuns(full, [withReport(23, { earlierRuns: [saved(1)] })]);
    assert.ok((status.history?.at(-1)?.completionTime ?? '') >= at(2));
  });
});

describe('What a report says of earlier runs', () => {
  const DISBELIEVED: Readonly<Record<string, EarlierRun>> = {
    'is of a run of which nothing is known': saved(21, { slot: 'of-another-cluster' }),
    'is a success that names no backup': saved(21, { backupPath: undefined }),
    'is a success that names no verification': saved(21, { level: undefined }),
    'repeats the run of another Job': saved(21, { runId: 'run-20' }),
    'gives a reason that says that nobody saw it': saved(21, {
      result: 'Interrupted',
      reason: 'PodGone',
      backupPath: undefined,
    }),
  };
  for (const [what, run] of Object.entries(DISBELIEVED))
    it(`counts for nothing where it ${what}`, () => {
      const status = told(withReport(20, {}), withoutReport(21, 'JobGone'), withReport(22, { earlierRuns: [run] }));
      assert.equal(status.history?.find(({ jobName }) => jobName === 'night-21')?.reason, 'JobGone');
    });

  it('does not change a run that was counted as a failure by a release before', () => {
    const before = told(aRun(21, { result: 'Failed', reason: 'ReportMissing' }));
    const status = recordRuns(before, [withReport(22, { earlierRuns: [saved(21)] })]);
    assert.deepEqual([countOf(status, 'Succeeded'), countOf(status, 'Failed')], [1, 1]);
  });

  it('does not change a run whose end was seen', () => {
    const before = told(withReport(21, failing));
    const status = recordRuns(before, [withReport(22, { ...failing, earlierRuns: [saved(21, { runId: 'other' })] })]);
    assert.equal(status.history?.at(-1)?.reason, 'NoSpace');
    assert.equal(status.lastSuccessTime, undefined);
  });

  it('is not taken for that of an unseen night where another night of the schedule began in between', () => {
    const seen = aRun(22, failing);
    const later = withReport(23, { earlierRuns: [saved(22, { slot: 'by-hand' })] });
    const status = told(withoutReport(21, 'JobUnseen'), seen, later);
    assert.equal(status.history?.at(-1)?.reason, 'JobUnseen');
  });

  it('is not taken for that of an unseen night where its own Job is still there, and will be counted', () => {
    const later = withReport(23, { earlierRuns: [saved(22, { slot: 'by-hand' })] });
    const status = recordRuns(told(withoutReport(21, 'JobUnseen')), [later], new Set(['by-hand']));
    assert.equal(status.history?.at(-1)?.reason, 'JobUnseen');
  });

  it('costs the report nothing where it is none', () => {
    const owner = { policy: 'nightly', jobUid: 'uid-22', jobCreated: at(22), knownRunIds: new Set<string>() };
    const report = aReport('uid-22', {}, new Date(at(22, 30)));
    const read = (earlierRuns: unknown) => readReport(JSON.stringify({ ...report, earlierRuns }), owner).report;
    assert.deepEqual(read([saved(21)])?.earlierRuns, [saved(21)]);
    for (const wrong of ['none', [{}], [saved(21, { reason: 'no word' })], Array(40).fill(saved(21))])
      assert.deepEqual([read(wrong)?.runId, read(wrong)?.earlierRuns], [report.runId, undefined]);
    assert.equal(read(undefined)?.runId, report.runId);
  });
});
