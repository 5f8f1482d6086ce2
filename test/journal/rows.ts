import type { JournalRow } from '../../src/journal/journal.ts';

const START = new Date('2026-11-23T03:00:00.000Z');

/** The row of a run that has just begun. */
export function runningRow(runId: string): JournalRow {
  return {
    runId,
    policy: 'nightly',
    backupDate: START,
    backupPath: undefined,
    totalCases: 0,
    totalFiles: 0,
    totalBytes: 0,
    status: 'running',
    errorMessage: undefined,
    verification: undefined,
    contentHash: undefined,
    storage: undefined,
    startedAt: START,
    finishedAt: undefined,
  };
}

/** The row of a run that ended well. */
export function completedRow(runId: string): JournalRow {
  const finishedAt = new Date('2026-11-23T03:20:00.000Z');
  return {
    ...runningRow(runId),
    backupPath: '/BACKUPS/2026-11-23_backup.zip',
    totalCases: 12,
    totalFiles: 3456,
    totalBytes: 1_234_567_890,
    status: 'completed',
    verification: {
      backup_file_exists: true,
      manifest_valid: true,
      cases_match: true,
      size_reasonable: true,
      timestamp: finishedAt.toISOString(),
      level: 'Standard',
    },
    contentHash: 'ab'.repeat(32),
    storage: { usedBytes: 2_200_000_000_000, allocatedBytes: 3_000_000_000_000, nightsLeft: 800 },
    finishedAt,
  };
}
