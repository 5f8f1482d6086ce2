import { REPORT_VERSION, type RunReport } from '../../src/api/report.ts';

let runs = 0;

/** The report of a good run of a Job, whose UID is the slot; `change` is merged over it. */
export function aReport(slot: string, change: Partial<RunReport> = {}, at = new Date()): RunReport {
  const start = new Date(at.getTime() - 60_000);
  const stamp = start.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return {
    version: REPORT_VERSION,
    kind: 'Backup',
    runId: `${stamp}-${(++runs).toString(16).padStart(8, '0')}`,
    policy: 'nightly',
    slot,
    result: 'Succeeded',
    reason: 'Verified',
    message: '41 cases, 18233 files',
    exitCode: 0,
    stage: 'Reporting',
    startTime: start.toISOString(),
    completionTime: at.toISOString(),
    durationSeconds: 60,
    stageSeconds: { Listing: 4, Archiving: 50, Verifying: 3 },
    cases: 41,
    files: 18_233,
    skippedFiles: 0,
    sourceBytes: 73_014_444_032,
    archiveBytes: 70_911_000_000,
    failingPaths: [],
    backup: {
      path: '/BACKUPS/2026-11-21_backup.zip',
      bytes: 70_911_000_000,
      contentHash: 'ab'.repeat(32),
      manifestVersion: 1,
    },
    verification: {
      backup_file_exists: true,
      manifest_valid: true,
      cases_match: true,
      size_reasonable: true,
      timestamp: at.toISOString(),
      level: 'Standard',
    },
    retention: {
      backups: 30,
      verified: 30,
      totalBytes: 2_110_000_000_000,
      oldest: '2026-10-23T00:00:00.000Z',
      newest: '2026-11-21T00:00:00.000Z',
      deleted: 1,
      wouldDelete: 0,
      expiredPending: 0,
      checkedTime: at.toISOString(),
    },
    quota: { usedBytes: 2_200_000_000_000, allocatedBytes: 5_000_000_000_000, checkedTime: at.toISOString() },
    logWritten: true,
    warnings: [],
    ...change,
  };
}
