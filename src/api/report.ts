import { z } from 'zod';

/**
 * The run report: what a run says of itself, in three places that must agree. The container's termination message
 * carries it within 4,096 bytes (fit-report.ts), the run record at the destination and `--json` carry it whole.
 * It holds no case or file name except the few failing paths. It names a backup, and a verification that passed, only
 * when that backup stands: what was uploaded and never committed is not in it.
 *
 * A newer release may add fields, which an older one passes over: a rollback must not make good runs look bad. Whatever
 * else changes (a field's meaning, a new word among the results, stages or levels) raises the version, here and in the
 * run record that carries the report (record.ts); then an older release reads neither.
 */
export const REPORT_VERSION = 1;

/** Stages in the order of a night; the one a report names is the last that was begun. */
export const STAGES = ['Preparing', 'Listing', 'Archiving', 'Verifying', 'Committing', 'Pruning', 'Reporting'] as const;
export type Stage = (typeof STAGES)[number];

export const RESULTS = ['Succeeded', 'Incomplete', 'Failed', 'Skipped', 'Interrupted'] as const;
export type Result = (typeof RESULTS)[number];

const count = z.int().min(0);
const time = z.iso.datetime();

export const verificationSchema = z.object({
  backup_file_exists: z.boolean(),
  manifest_valid: z.boolean(),
  cases_match: z.boolean(),
  size_reasonable: z.boolean(),
  timestamp: time,
  level: z.enum(['Standard', 'Full']),
  /** Files whose bytes were read back, of all that the backup has; absent in reports of before, and where a check failed. */
  entries_read: count.optional(),
  entries_total: count.optional(),
});
export type Verification = z.infer<typeof verificationSchema>;

/** Whether every single check of a verification found what it should. */
export const hasPassed = (verification: Verification): boolean =>
  verification.backup_file_exists &&
  verification.manifest_valid &&
  verification.cases_match &&
  verification.size_reasonable;

export const backupRefSchema = z.object({
  /** Absolute in the destination store: /BACKUPS/2026-11-23_backup.zip */
  path: z.string(),
  bytes: count,
  /** Dropbox content_hash, of every kind of store. */
  contentHash: z.string(),
  manifestVersion: z.int().min(1),
});
export type BackupRef = z.infer<typeof backupRefSchema>;

export const retentionSchema = z.object({
  backups: count.describe("Backups stored, of this policy's source."),
  foreign: count.optional().describe('Backups of others in the same folder: neither counted nor ever deleted.'),
  damaged: count.optional().describe('Backups that were verified and no longer read as they were.'),
  oldestReadTime: time.optional().describe('When the backup that was longest not read whole was last read.'),
  verified: count.describe('Of these, backups that a run record proves.'),
  totalBytes: count.describe('Bytes of all backups.'),
  oldest: time.optional().describe('Date of the oldest backup.'),
  newest: time.optional().describe('Date of the newest backup.'),
  deleted: count.describe('Backups that the run deleted.'),
  wouldDelete: count.describe('Backups that it would have deleted (mode DryRun).'),
  expiredPending: count.describe('Backups that have expired and are still there.'),
  heldBecause: z.string().max(256).optional().describe('Why nothing was deleted although something has expired.'),
  checkedTime: time.describe('When.'),
});

export const quotaSchema = z.object({
  usedBytes: count.describe('Bytes in use.'),
  allocatedBytes: count.describe('Bytes that there are.'),
  checkedTime: time.describe('When.'),
});

/**
 * What the brakes (shrink, bytes, namespace, space) compared this night with. `Nothing` although backups stand here, or
 * did once, means that they were off.
 */
export const baselineSchema = z.object({
  kind: z.enum(['LastNight', 'FirstBackup', 'Nothing']),
  /** The run compared with. */
  runId: z.string().max(64).optional(),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** A bounded list: the report has to fit into the termination message. */
export const MOST_EARLIER_RUNS = 4;

/**
 * How a run before this one ended, as the destination's records know it. Whoever did not see its end, since its Job or pod
 * was taken away, learns it from here.
 */
export const earlierRunSchema = z.object({
  runId: z.string().max(64),
  slot: z.string().max(253),
  result: z.enum(RESULTS),
  reason: z.string().max(64),
  startTime: time,
  completionTime: time,
  /** These of the backup that it made, which still stands; absent where it made none. */
  backupPath: z.string().max(2048).optional(),
  cases: count.optional(),
  files: count.optional(),
  sourceBytes: count.optional(),
  archiveBytes: count.optional(),
  /** Of its verification, if that passed. */
  level: z.enum(['Standard', 'Full']).optional(),
});
export type EarlierRun = z.infer<typeof earlierRunSchema>;

/** What every kind of run says: who it was, how it ended, and what it took. */
const headSchema = z.object({
  version: z.int().min(1),
  runId: z.string().max(64),
  policy: z.string().max(253),
  /** What the run stands for: the Job's UID in Kubernetes, so that a retry continues its predecessor; else the run id. */
  slot: z.string().max(253),
  result: z.enum(RESULTS),
  /** One CamelCase word: Verified, FilesMissing, or a Failure's code. */
  reason: z.string().max(64),
  message: z.string().max(1024),
  hint: z.string().max(512).optional(),
  exitCode: count,
  stage: z.enum(STAGES),
  startTime: time,
  completionTime: time,
  durationSeconds: z.number().min(0),
  stageSeconds: z.partialRecord(z.enum(STAGES), z.number().min(0)),
  /** What did not stop the run but somebody should know, as "Code: sentence". */
  warnings: z.array(z.string().max(512)).max(20),
});
export type ReportHead = z.infer<typeof headSchema>;

/** A night's. The counts are of the backup that it names; where it names none they are 0. */
export const reportSchema = headSchema.extend({
  kind: z.literal('Backup'),
  cases: count,
  files: count,
  /** Listed files that are not in the backup. */
  skippedFiles: count,
  /** Files that spec.source.exclude left out; a folder left out whole counts as one. They are not skipped. */
  excludedFiles: count.optional(),
  /** Cases of the night compared with that are gone; the manifest names them. */
  goneCases: count.optional(),
  baseline: baselineSchema.optional(),
  sourceBytes: count,
  archiveBytes: count,
  failingPaths: z.array(z.string().max(1024)).max(5),
  backup: backupRefSchema.optional(),
  /** Of the backup; without one, of an upload that was found wrong and is gone. */
  verification: verificationSchema.optional(),
  retention: retentionSchema.optional(),
  quota: quotaSchema.optional(),
  /** Whether the run stands in Postgres; absent where the policy names no logStore. */
  logWritten: z.boolean().optional(),
  /** The newest runs of other Jobs before this one, newest first; absent where the run did not come to read the records. */
  earlierRuns: z.array(earlierRunSchema).max(MOST_EARLIER_RUNS).optional(),
});
export type RunReport = z.infer<typeof reportSchema>;

/** What a run waits for before it can go on, from the first wait on: a name that does not resolve, 429, a database. */
export const waitSchema = z.object({
  /** One sentence without any secret: "api.dropboxapi.com does not answer (ENOTFOUND)". */
  for: z.string().max(256),
  since: time,
  /** When it will give up; absent where only the run's deadline ends it. */
  until: time.optional(),
});
export type Wait = z.infer<typeof waitSchema>;

/** What the running job shows on `/run`: the controller's activeRun, absent when unreachable. */
export const progressSchema = z.object({
  runId: z.string(),
  stage: z.enum(STAGES),
  percent: z.int().min(0).max(100).optional(),
  filesDone: count,
  filesTotal: count.optional(),
  bytesDone: count,
  bytesTotal: count.optional(),
  startTime: time,
  stageStartTime: time,
  /** When work was last seen to move. */
  heartbeatTime: time,
  waiting: waitSchema.optional(),
});
export type RunProgress = z.infer<typeof progressSchema>;
