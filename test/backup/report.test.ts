import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { type FailureCode, failuresOf } from '../../src/api/failure-codes.ts';
import { type RunReport, reportSchema, type Verification } from '../../src/api/report.ts';
import type { Skipped } from '../../src/backup/archive/ledger.ts';
import { broughtUpToDate, type Made, reportOfFailure, reportOfMade } from '../../src/backup/report.ts';
import { systemClock } from '../../src/host/clock.ts';
import { Failure } from '../../src/host/errors.ts';
import { createProgress } from '../../src/host/progress.ts';
import type { Run } from '../../src/host/run.ts';

const START = new Date('2026-11-23T03:00:00Z');
const RUN_ID = '20261123T030000Z-6f2c91aa';

const runWith = (warnings: readonly string[] = []): Run => ({
  runId: RUN_ID,
  policyName: 'nightly',
  slot: 'nightly-1',
  start: START,
  clock: { ...systemClock, now: () => new Date(START.getTime() + 61_000) },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
  waits: { begin: () => undefined, goesOn: () => undefined, current: undefined },
  progress: createProgress(RUN_ID, START, systemClock),
  signal: new AbortController().signal,
  warn: () => undefined,
  warnings,
});

const skipped = (count: number): Skipped => ({
  count,
  byReason: new Map(count > 0 ? [['locked', count]] : []),
  examples: count > 0 ? ['Smith/a.pdf'] : [],
});

const passed: Verification = {
  backup_file_exists: true,
  manifest_valid: true,
  cases_match: true,
  size_reasonable: true,
  timestamp: '2026-11-23T03:01:00.000Z',
  level: 'Standard',
};

const madeWith = (missing: Skipped): Made => ({
  facts: { baseline: { kind: 'LastNight', runId: RUN_ID } },
  account: { cases: Array(2).fill(undefined), files: 7, bytes: 700, skipped: missing },
  backup: { path: '/BACKUPS/2026-11-23_backup.zip', bytes: 600, contentHash: 'ab'.repeat(32), manifestVersion: 1 },
  verification: passed,
  earlierRuns: [],
});

const exits = (Object.keys(EXIT_CODES) as ExitReason[]).filter((exit) => Object.keys(failuresOf(exit)).length > 0);
const codeFor = (exit: ExitReason): FailureCode => Object.keys(failuresOf(exit))[0] as FailureCode;

test('a run succeeds if nothing ended it and nothing is missing, and the exit code follows from what the report says', () => {
  const failure = fc.option(fc.record({ exit: fc.constantFrom(...exits), message: fc.string({ maxLength: 3000 }) }), {
    nil: undefined,
  });
  fc.assert(
    fc.property(
      failure,
      fc.integer({ min: 0, max: 3 }),
      fc.array(fc.string({ maxLength: 900 }), { maxLength: 40 }),
      (end, missing, warnings) => {
        const run = runWith(warnings);
        const report = end
          ? reportOfFailure(run, new Failure(codeFor(end.exit), end.message))
          : reportOfMade(run, madeWith(skipped(missing)));
        assert.deepEqual(reportSchema.safeParse(report).error, undefined);
        assert.equal(report.result === 'Succeeded', end === undefined && missing === 0);
        assert.equal(report.exitCode === 0, report.result === 'Succeeded');
        assert.equal(report.exitCode, end ? EXIT_CODES[end.exit] : missing > 0 ? EXIT_CODES.incomplete : 0);
      },
    ),
    { numRuns: 2000 },
  );
});

test('what ended a run decides what it is called', () => {
  const resultOf = (exit: ExitReason): string =>
    reportOfFailure(runWith(), new Failure(codeFor(exit), 'it ended')).result;
  assert.equal(resultOf('leaseHeld'), 'Skipped');
  assert.equal(resultOf('interrupted'), 'Interrupted');
  assert.equal(resultOf('terminated'), 'Interrupted');
  for (const exit of exits.filter((e) => !['leaseHeld', 'interrupted', 'terminated'].includes(e)))
    assert.equal(resultOf(exit), 'Failed', exit);
});

test('a run that was ended names no backup and counts nothing, however far it had come', () => {
  for (const exit of exits) {
    const report = reportOfFailure(runWith(), new Failure(codeFor(exit), 'it ended'));
    assert.deepEqual([report.backup, report.verification], [undefined, undefined]);
    assert.deepEqual([report.cases, report.files, report.sourceBytes, report.archiveBytes], [0, 0, 0, 0]);
  }
});

test('a run whose upload was found wrong says which of the checks had passed, and names no backup', () => {
  const wrong = { ...passed, cases_match: false, size_reasonable: false };
  const report = reportOfFailure(runWith(), new Failure('ArchiveDiffers', 'it differs'), wrong);
  assert.deepEqual([report.exitCode, report.verification, report.backup], [4, wrong, undefined]);
});

test('a run that misses files says how many of how many, and why', () => {
  const report = reportOfMade(
    runWith(),
    madeWith({
      count: 3,
      byReason: new Map([
        ['locked', 2],
        ['deleted_during_run', 1],
      ]),
      examples: ['a', 'b', 'c'],
    }),
  );
  assert.equal(report.message, '3 of 10 listed files are not in the backup: 2 locked, 1 deleted_during_run');
  assert.deepEqual(
    [report.result, report.reason, report.failingPaths],
    ['Incomplete', 'FilesMissing', ['a', 'b', 'c']],
  );
});

test('a run says what it took, by the clock that it was given', () => {
  const report = reportOfMade(runWith(), madeWith(skipped(0)));
  assert.deepEqual(
    [report.startTime, report.completionTime, report.durationSeconds, report.message],
    ['2026-11-23T03:00:00.000Z', '2026-11-23T03:01:01.000Z', 61, '2 cases, 7 files'],
  );
});

test('what follows changes the times and the warnings of a report, never its verdict', () => {
  const verdict = reportOfMade(runWith(), madeWith(skipped(2)));
  const later = broughtUpToDate(
    { ...verdict, logWritten: true },
    runWith(['RetentionHeld: this backup is incomplete']),
  );
  const changed: Partial<RunReport> = { logWritten: true, warnings: ['RetentionHeld: this backup is incomplete'] };
  assert.deepEqual(later, { ...verdict, ...changed, stageSeconds: later.stageSeconds });
});
