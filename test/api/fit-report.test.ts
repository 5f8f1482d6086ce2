import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitReport, TERMINATION_MESSAGE_BYTES } from '../../src/api/fit-report.ts';
import {
  type EarlierRun,
  MOST_EARLIER_RUNS,
  RESULTS,
  type RunReport,
  reportSchema,
  STAGES,
} from '../../src/api/report.ts';

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

const retention = {
  backups: 30,
  foreign: 0,
  damaged: 0,
  verified: 30,
  totalBytes: 2e12,
  oldest: time,
  oldestReadTime: time,
  newest: time,
  deleted: 1,
  wouldDelete: 0,
  expiredPending: 0,
  checkedTime: time,
};
const quota = { usedBytes: 2e12, allocatedBytes: 5e12, checkedTime: time };
const verification: RunReport['verification'] = {
  backup_file_exists: true,
  manifest_valid: true,
  cases_match: true,
  size_reasonable: true,
  timestamp: time,
  level: 'Standard',
  entries_read: 100,
  entries_total: 18_000,
};

/** Text of many kinds: quotes and control characters grow in JSON, and most of the world's letters take three bytes. */
const textUpTo = (length: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: length }),
    fc
      .constantFrom('\u0000', '"', '漢', '🛂', '\ud83d', 'a')
      .map((unit) => unit.repeat(Math.floor(length / unit.length))),
  );

const earlier: EarlierRun = {
  runId: '20261122T030000Z-6f2c91aa',
  slot: '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01',
  result: 'Succeeded',
  reason: 'Verified',
  startTime: time,
  completionTime: time,
  cases: 10,
  files: 98,
  sourceBytes: 1e9,
  archiveBytes: 9e8,
  level: 'Standard',
};

const reports = fc.record({
  earlierRuns: fc.array(
    textUpTo(2048).map((backupPath) => ({ ...earlier, backupPath })),
    { maxLength: MOST_EARLIER_RUNS },
  ),
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

test('a night in an office like any other tells of as many earlier runs as it knows, all of them', () => {
  const earlierRuns = Array(MOST_EARLIER_RUNS).fill({
    ...earlier,
    backupPath: '/Office/BACKUPS/2026-11-22_backup.zip',
  });
  const night = { ...small, retention, quota, verification, warnings: ['BackupLost: '.padEnd(120, 'x')], earlierRuns };
  assert.deepEqual(JSON.parse(fitReport(night)), night);
});

test('of a report that is too long the newest of the earlier runs is kept longer than the others', () => {
  const earlierRuns = [
    earlier,
    { ...earlier, backupPath: 'x'.repeat(2048) },
    { ...earlier, backupPath: 'y'.repeat(2048) },
  ];
  assert.deepEqual(JSON.parse(fitReport({ ...small, earlierRuns })).earlierRuns, [earlier]);
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
