import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CODES } from '../../src/api/exit-codes.ts';
import { REPORT_VERSION, type Result, type RunReport } from '../../src/api/report.ts';
import { rowOf } from '../../src/backup/journal-row.ts';
import type { RunRecord } from '../../src/repository/record.ts';

const RUN_ID = '20261123T030000Z-6f2c91aa';

const report = (result: Result, change: Partial<RunReport> = {}): RunReport => ({
  version: REPORT_VERSION,
  kind: 'Backup',
  runId: RUN_ID,
  policy: 'nightly',
  slot: 'nightly-1',
  result,
  reason: 'Reason',
  message: 'what happened',
  exitCode: EXIT_CODES.failed,
  stage: 'Reporting',
  startTime: '2026-11-23T03:00:00.000Z',
  completionTime: '2026-11-23T03:20:00.000Z',
  durationSeconds: 1200,
  stageSeconds: {},
  cases: 12,
  files: 3456,
  skippedFiles: 0,
  sourceBytes: 1_234_567_890,
  archiveBytes: 1_000_000_000,
  failingPaths: [],
  warnings: [],
  ...change,
});

const record = (change: Partial<RunRecord>): RunRecord => ({
  version: 1,
  kind: 'Backup',
  layout: 'Single',
  state: 'finished',
  runId: RUN_ID,
  slot: 'nightly-1',
  policy: 'nightly',
  startTime: '2026-11-23T03:00:00.000Z',
  fence: 1,
  source: { location: '/CASES' },
  ...change,
});

test('completed stands for a verified run only; every other ending has a word and an error of its own', () => {
  for (const [result, status] of [
    ['Succeeded', 'completed'],
    ['Incomplete', 'incomplete'],
    ['Failed', 'failed'],
    ['Skipped', 'skipped'],
    ['Interrupted', 'interrupted'],
  ] as const) {
    const row = rowOf(record({ report: report(result) }));
    assert.equal(row.status, status);
    assert.equal(row.errorMessage, result === 'Succeeded' ? undefined : 'Reason: what happened');
    assert.deepEqual([row.totalCases, row.totalFiles, row.totalBytes], [12, 3456, 1_234_567_890]);
    assert.deepEqual(row.finishedAt, new Date('2026-11-23T03:20:00Z'));
  }
});

test('a run that goes on is running, even when its record says already what it will report if nothing happens', () => {
  for (const state of ['running', 'committing'] as const) {
    const row = rowOf(record({ state, report: report('Succeeded') }));
    assert.deepEqual(
      [row.status, row.finishedAt, row.totalFiles, row.errorMessage],
      ['running', undefined, 0, undefined],
    );
  }
});

test('the storage is what the run measured last, with the nights that still fit by the size of its own backup', () => {
  const quota = { usedBytes: 700, allocatedBytes: 1000, checkedTime: '2026-11-23T03:20:00.000Z' };
  const backup = { path: '/BACKUPS/2026-11-23_backup.zip', bytes: 100, contentHash: 'ab', manifestVersion: 1 };
  const archives = [{ ...backup, name: '2026-11-23_backup.zip', modified: '2026-11-23T03:19:00.000Z' }];
  const storageOf = (change: Partial<RunRecord>) => rowOf(record(change)).storage;
  const done = report('Succeeded', { quota });
  assert.deepEqual(storageOf({ report: done, archives }), { usedBytes: 700, allocatedBytes: 1000, nightsLeft: 3 });
  assert.equal(storageOf({ report: done })?.nightsLeft, undefined);
  assert.equal(storageOf({ report: report('Succeeded'), archives }), undefined);
  assert.equal(storageOf({ report: done, archives, state: 'running' }), undefined);
});
