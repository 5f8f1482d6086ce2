import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { type FailureCode, failuresOf } from '../../src/api/failure-codes.ts';
import { reportSchema } from '../../src/api/report.ts';
import { buildReport } from '../../src/backup/build-report.ts';
import { type Facts, type Night, noFacts } from '../../src/backup/night.ts';
import { systemClock } from '../../src/host/clock.ts';
import { Failure } from '../../src/host/errors.ts';
import { createProgress } from '../../src/host/progress.ts';
import { aPolicy } from '../night/scene.ts';

const START = new Date('2026-11-23T03:00:00Z');
const RUN_ID = '20261123T030000Z-6f2c91aa';

function nightWith(facts: Partial<Facts>): Night {
  const night: Partial<Night> = {
    policy: aPolicy(),
    runId: RUN_ID,
    slot: 'nightly-1',
    start: START,
    clock: { ...systemClock, now: () => new Date(START.getTime() + 61_000) },
    progress: createProgress(RUN_ID, START, systemClock),
    facts: { ...noFacts(), ...facts },
  };
  return night as Night;
}

const skipped = (count: number): Facts['skipped'] => ({
  count,
  byReason: new Map(count > 0 ? [['locked', count]] : []),
  examples: count > 0 ? ['Smith/a.pdf'] : [],
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
        const report = buildReport(
          nightWith({ skipped: skipped(missing), warnings }),
          end && new Failure(codeFor(end.exit), end.message),
        );
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
    buildReport(nightWith({}), new Failure(codeFor(exit), 'it ended')).result;
  assert.equal(resultOf('leaseHeld'), 'Skipped');
  assert.equal(resultOf('interrupted'), 'Interrupted');
  assert.equal(resultOf('terminated'), 'Interrupted');
  for (const exit of exits.filter((e) => !['leaseHeld', 'interrupted', 'terminated'].includes(e)))
    assert.equal(resultOf(exit), 'Failed', exit);
});

test('a run that misses files says how many of how many, and why', () => {
  const facts = {
    archived: { cases: 2, files: 7, bytes: 700 },
    skipped: {
      count: 3,
      byReason: new Map([
        ['locked', 2],
        ['deleted_during_run', 1],
      ]),
      examples: ['a', 'b', 'c'],
    },
  };
  const report = buildReport(nightWith(facts), undefined);
  assert.equal(report.message, '3 of 10 listed files are not in the backup: 2 locked, 1 deleted_during_run');
  assert.deepEqual(
    [report.result, report.reason, report.failingPaths],
    ['Incomplete', 'FilesMissing', ['a', 'b', 'c']],
  );
});

test('a run says what it took, by the clock that it was given', () => {
  const report = buildReport(nightWith({ archived: { cases: 2, files: 7, bytes: 700 } }), undefined);
  assert.deepEqual(
    [report.startTime, report.completionTime, report.durationSeconds, report.message],
    ['2026-11-23T03:00:00.000Z', '2026-11-23T03:01:01.000Z', 61, '2 cases, 7 files'],
  );
});
