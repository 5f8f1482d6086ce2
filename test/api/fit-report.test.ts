import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitReport, TERMINATION_MESSAGE_BYTES } from '../../src/api/fit-report.ts';
import { RESULTS, type RunReport, reportSchema, STAGES } from '../../src/api/report.ts';

const time = '2026-11-23T03:00:00.000Z';

const small: RunReport = {
  version: 1,
  kind: 'Backup',
  runId: '20261123T030000Z-6f2c91aa',
  policy: 'nightly',
  slot: 'case-backup-nightly-29400180',
  result: 'Incomplete',
  reason: 'FilesMissing',
  message: '2 of 100 listed files are not in the backup: 2 locked',
  hint: 'files.jsonl in the backup names every one of them with its reason',
  exitCode: 3,
  stage: 'Reporting',
  startTime: time,
  completionTime: time,
  durationSeconds: 60,
  stageSeconds: { Listing: 1.5, Archiving: 58 },
  cases: 10,
  files: 98,
  skippedFiles: 2,
  sourceBytes: 1e9,
  archiveBytes: 9e8,
  failingPaths: ['Smith/a.pdf', 'Smith/b.pdf'],
  backup: { path: '/BACKUPS/2026-11-23_backup.zip', bytes: 9e8, contentHash: 'a'.repeat(64), manifestVersion: 1 },
  warnings: [],
};

/** Text of many kinds: quotes and control characters grow in JSON, and most of the world's letters take three bytes. */
const textUpTo = (length: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: length }),
    fc
      .constantFrom('\u0000', '"', '漢', '🛂', '\ud83d', 'a')
      .map((unit) => unit.repeat(Math.floor(length / unit.length))),
  );

const reports = fc.record({
  result: fc.constantFrom(...RESULTS),
  message: textUpTo(1024),
  hint: textUpTo(512),
  failingPaths: fc.array(textUpTo(1024), { maxLength: 5 }),
  warnings: fc.array(textUpTo(512), { maxLength: 20 }),
  stageSeconds: fc.constantFrom({}, Object.fromEntries(STAGES.map((stage) => [stage, 12345.678]))),
});

test('a report always fits the termination message and is still a valid report', () => {
  fc.assert(
    fc.property(reports, (change) => {
      const text = fitReport({ ...small, ...change });
      assert.ok(Buffer.byteLength(text) <= TERMINATION_MESSAGE_BYTES, `${Buffer.byteLength(text)} bytes`);
      const kept = reportSchema.parse(JSON.parse(text));
      const { result, reason, exitCode, files, cases, skippedFiles, backup, runId } = kept;
      assert.deepEqual(
        { result, reason, exitCode, files, cases, skippedFiles, backup, runId },
        {
          result: change.result,
          reason: small.reason,
          exitCode: 3,
          files: 98,
          cases: 10,
          skippedFiles: 2,
          backup: small.backup,
          runId: small.runId,
        },
      );
    }),
    { numRuns: 500 },
  );
});

test('a report that fits is left as it is', () => {
  assert.deepEqual(JSON.parse(fitReport(small)), small);
});

test('failing paths are shortened before warnings go, and the hint goes last', () => {
  const long = {
    ...small,
    failingPaths: Array(5).fill('p'.repeat(1024)),
    warnings: ['RetentionHeld: the clock is doubtful'],
  };
  const kept = reportSchema.parse(JSON.parse(fitReport(long)));
  assert.equal(kept.failingPaths.length, 5);
  assert.deepEqual(kept.warnings, long.warnings);
  assert.equal(kept.hint, small.hint);
});

test('a text is cut at a character and never in the middle of one', () => {
  const kept = JSON.parse(fitReport({ ...small, failingPaths: Array(5).fill('漢🛂'.repeat(200)) }));
  for (const path of kept.failingPaths) assert.match(path, /^(?:漢🛂)+漢?…$/u);
});
