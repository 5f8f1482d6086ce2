import type { Result } from '../api/report.ts';
import type { JournalRow, JournalStatus } from '../journal/journal.ts';
import { mainArchive, type RunRecord } from '../repository/record.ts';
import { nightsLeft } from './nights-left.ts';

const STATUS_OF: Readonly<Record<Result, JournalStatus>> = {
  Succeeded: 'completed',
  Incomplete: 'incomplete',
  Failed: 'failed',
  Skipped: 'skipped',
  Interrupted: 'interrupted',
};

/** The row of the log that a run record makes. */
export function rowOf(record: RunRecord): JournalRow {
  const { report } = record;
  const done = record.state === 'finished' ? report : undefined;
  return {
    runId: record.runId,
    policy: record.policy,
    backupDate: new Date(record.startTime),
    backupPath: mainArchive(record)?.path,
    totalCases: done?.cases ?? 0,
    totalFiles: done?.files ?? 0,
    totalBytes: done?.sourceBytes ?? 0,
    status: done ? STATUS_OF[done.result] : 'running',
    errorMessage: done && done.result !== 'Succeeded' ? `${done.reason}: ${done.message}` : undefined,
    verification: done?.verification,
    contentHash: mainArchive(record)?.contentHash,
    storage: done?.quota && {
      usedBytes: done.quota.usedBytes,
      allocatedBytes: done.quota.allocatedBytes,
      nightsLeft: nightsLeft(done.quota, mainArchive(record)?.bytes),
    },
    startedAt: new Date(record.startTime),
    finishedAt: done ? new Date(done.completionTime) : undefined,
  };
}
