import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { STAGES } from '../../src/api/report.ts';
import type { FinishedRun, PolicyStatus } from '../../src/api/status.ts';

/** A status in which every field is set, as after a night with one unreadable file, while a run by hand goes on. */
const NIGHT = '2026-11-23T03:00:00Z';
const DONE = '2026-11-23T03:14:09Z';

const run: FinishedRun = {
  runId: '20261123T030004Z-6f2c91aa',
  jobName: 'case-backup-nightly-29394900',
  jobUid: '0d2e7c2a-1d0b-4c6e-8f0c-2b1f4f6f7a10',
  trigger: 'Scheduled',
  result: 'Succeeded',
  reason: 'Verified',
  message: '41 cases, 18,233 files, 65.9 GiB',
  exitCode: 0,
  startTime: NIGHT,
  completionTime: DONE,
  durationSeconds: 849,
  cases: 41,
  files: 18_233,
  skippedFiles: 0,
  sourceBytes: 73_014_444_032,
  archiveBytes: 70_911_000_000,
  backupPath: '/BACKUPS/2026-11-23_backup.zip',
};

export const SAMPLE_STATUS: PolicyStatus = {
  observedGeneration: 3,
  conditions: CONDITION_TYPES.map((type) => ({
    type,
    status: type === 'QuotaSufficient' ? 'Unknown' : type === 'Fresh' ? 'False' : 'True',
    observedGeneration: 3,
    lastTransitionTime: DONE,
    reason: 'AsExpected',
    message: 'A sentence for people.',
  })),
  cronJobName: 'case-backup-nightly',
  nextScheduleTime: '2026-11-24T03:00:00Z',
  lastScheduleTime: NIGHT,
  lastSuccessTime: DONE,
  lastFailureTime: '2026-11-20T03:02:00Z',
  consecutiveFailures: 2,
  activeRun: {
    jobName: 'by-hand',
    jobUid: '5b0f8f0e-6a2d-4f0a-9a53-6d8f0a1b2c3d',
    trigger: 'Manual',
    startTime: '2026-11-23T09:00:00Z',
    waiting: 'its pod is Pending: 0/1 nodes are available',
    runId: '20261123T090003Z-00c0ffee',
    stage: 'Archiving',
    percent: 40,
    filesDone: 7_000,
    bytesDone: 30_000_000_000,
    bytesTotal: 73_000_000_000,
    heartbeatTime: '2026-11-23T09:05:00Z',
  },
  lastRun: {
    ...run,
    result: 'Incomplete',
    reason: 'FilesMissing',
    exitCode: 3,
    skippedFiles: 1,
    hint: 'open the file in Dropbox and look whether it can be read',
    contentHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    failingPaths: ['USA001_John_Smith/scan.pdf'],
    stageSeconds: STAGES.map((stage, i) => ({ stage, seconds: i + 0.5 })),
    warnings: ['LogUnavailable: the run could not be logged'],
  },
  lastSuccess: run,
  lastVerification: {
    level: 'Standard',
    result: 'Succeeded',
    completionTime: DONE,
    backupPath: '/BACKUPS/2026-11-23_backup.zip',
  },
  retention: {
    backups: 30,
    verified: 29,
    totalBytes: 2_110_000_000_000,
    oldest: '2026-10-24T00:00:00Z',
    newest: '2026-11-23T00:00:00Z',
    deleted: 1,
    wouldDelete: 0,
    expiredPending: 2,
    heldBecause: 'the run could not be logged',
    checkedTime: DONE,
  },
  quota: { usedBytes: 2_200_000_000_000, allocatedBytes: 3_000_000_000_000, checkedTime: DONE },
  logWritten: true,
  runCounts: [
    { trigger: 'Scheduled', result: 'Succeeded', count: 40 },
    { trigger: 'Manual', result: 'Failed', count: 2 },
  ],
  history: [run, { ...run, trigger: 'Manual', result: 'Skipped', reason: 'LeaseHeld', exitCode: 11 }],
};
