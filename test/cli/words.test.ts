import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine, summary } from '../../cmd/backup-job/words.ts';
import { counted } from '../../src/api/counted.ts';
import type { RunReport } from '../../src/api/report.ts';
import { aReport } from '../controller/a-report.ts';

const firstLine = (change: Partial<RunReport>): string => summary(aReport('nightly-1', change)).split('\n')[0] ?? '';

test('the summary of a bad run begins with the code word that troubleshooting.md explains', () => {
  const message = 'the source has 3 files, the last verified backup had 40';
  assert.equal(
    firstLine({ result: 'Failed', reason: 'SourceShrunk', message, exitCode: 5 }),
    `✗ Failed (SourceShrunk): ${message}`,
  );
  assert.equal(
    firstLine({ result: 'Skipped', reason: 'LeaseHeld', message: 'run 1 holds the lease', exitCode: 11 }),
    '✗ Skipped (LeaseHeld): run 1 holds the lease',
  );
});

test('the summary of a good run says that it was verified', () => {
  assert.equal(firstLine({ message: '1 case, 2 files' }), '✓ Succeeded (Verified): 1 case, 2 files');
});

test('warnings stand in the summary with their code words', () => {
  const warning = 'LogNotWritten: the run could not be logged in Postgres (JournalUnavailable), a later run will do it';
  assert.match(summary(aReport('nightly-1', { warnings: [warning] })), /^ {2}warning {3}LogNotWritten: .*\(Journal/m);
});

test('one of anything is not said in the plural', () => {
  assert.deepEqual(
    [0, 1, 2, 1001].map((count) => counted(count, 'listed file')),
    ['0 listed files', '1 listed file', '2 listed files', '1001 listed files'],
  );
  const report = aReport('nightly-1');
  assert.match(
    summary({ ...report, ...(report.retention && { retention: { ...report.retention, backups: 1, verified: 1 } }) }),
    /stored {4}1 backup, 1 verified;/,
  );
  const progress = {
    runId: report.runId,
    stage: 'Archiving',
    filesDone: 1,
    bytesDone: 0,
    startTime: report.startTime,
    stageStartTime: report.startTime,
    heartbeatTime: report.startTime,
  } as const;
  assert.equal(progressLine(progress, 80), 'archiving and uploading · 1 file');
  assert.equal(progressLine({ ...progress, filesTotal: 1 }, 80), 'archiving and uploading · 1 of 1 file');
});

test('the progress line says what is waited for, since when and until when', () => {
  const { runId, startTime } = aReport('nightly-1');
  const times = { startTime, stageStartTime: startTime, heartbeatTime: startTime };
  const waiting = {
    for: 'no name server answers',
    since: '2026-11-23T03:00:05.000Z',
    until: '2026-11-23T04:00:05.000Z',
  };
  const progress = { runId, stage: 'Listing', filesDone: 0, bytesDone: 0, ...times } as const;
  assert.equal(
    progressLine({ ...progress, waiting }, 120),
    `${progressLine(progress, 120)} · waiting since 03:00:05, until 04:00:05 UTC: no name server answers`,
  );
});

test('a terminal that does not tell its width is taken for one of 80 columns', () => {
  const { runId, startTime } = aReport('nightly-1');
  const times = { startTime, stageStartTime: startTime, heartbeatTime: startTime };
  const progress = { runId, stage: 'Listing', filesDone: 1, bytesDone: 0, ...times } as const;
  assert.equal(progressLine(progress, 0), 'listing the source · 1 file');
});
