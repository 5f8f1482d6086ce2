import { z } from 'zod';
import { conditionSchema } from './conditions.ts';
import { quotaSchema, RESULTS, retentionSchema, STAGES } from './report.ts';

/**
 * The status of a CaseBackupPolicy. The controller is its only writer, and everything that metrics, columns and
 * dashboards show is in here, so that nothing is lost when the controller restarts.
 */
export const TRIGGERS = ['Scheduled', 'Manual'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Runs that the status remembers, newest first. */
export const HISTORY_LENGTH = 20;

const count = z.int().min(0);
const time = z.iso.datetime();

/** A finished run: what its Job, its pod and its report say together. */
export const finishedRunSchema = z.strictObject({
  runId: z
    .string()
    .max(64)
    .optional()
    .describe('Id of the run, as in its record at the destination; absent without a report.'),
  jobName: z.string().max(253).describe('The Job.'),
  jobUid: z.string().max(64).describe('Identity of the Job; a run is counted once.'),
  trigger: z.enum(TRIGGERS).describe('Scheduled by the CronJob, or Manual.'),
  result: z.enum(RESULTS).describe('Only Succeeded means that a verified and complete backup exists.'),
  reason: z.string().max(64).describe('One word for programs: Verified, FilesMissing, OOMKilled, …'),
  message: z.string().max(1024).describe('One sentence for people.'),
  exitCode: count.optional().describe("Exit code of the run's last pod."),
  startTime: time.optional().describe('When the Job started.'),
  completionTime: time.describe('When the run ended.'),
  durationSeconds: count.optional().describe('From start to end.'),
  cases: count.optional().describe('Cases in the backup.'),
  files: count.optional().describe('Files in the backup.'),
  skippedFiles: count.optional().describe('Listed files that are not in the backup.'),
  excludedFiles: count
    .optional()
    .describe('Files that spec.source.exclude left out; a folder left out whole counts as one.'),
  goneCases: count.optional().describe('Cases of the night before that are gone.'),
  sourceBytes: count.optional().describe('Bytes of the files in the backup.'),
  archiveBytes: count.optional().describe('Size of the backup.'),
  backupPath: z.string().max(2048).optional().describe('The backup, absolute in the destination.'),
});
export type FinishedRun = z.infer<typeof finishedRunSchema>;

export const lastRunSchema = finishedRunSchema.extend({
  hint: z.string().max(512).optional().describe('What to do next.'),
  contentHash: z.string().max(128).optional().describe("Dropbox content_hash of the backup's bytes."),
  failingPaths: z.array(z.string().max(1024)).max(5).optional().describe('The first files that could not be read.'),
  stageSeconds: z
    .array(
      z.strictObject({ stage: z.enum(STAGES).describe('The stage.'), seconds: z.number().min(0).describe('Seconds.') }),
    )
    .max(STAGES.length)
    .optional()
    .describe('How long each stage took.'),
  warnings: z.array(z.string().max(512)).max(20).optional().describe('What did not stop the run, as "Code: sentence".'),
});
export type LastRun = z.infer<typeof lastRunSchema>;

/** A run that is going on, told by its Job and, where the pod can be reached, by the pod's own /run page. */
export const activeRunSchema = z.strictObject({
  jobName: z.string().max(253).describe('The Job.'),
  jobUid: z.string().max(64).describe('Identity of the Job.'),
  trigger: z.enum(TRIGGERS).describe('Scheduled by the CronJob, or Manual.'),
  startTime: time.describe('When the Job started.'),
  waiting: z.string().max(1024).optional().describe('Why its pod does not run yet, or what the run waits for.'),
  runId: z.string().max(64).optional().describe('Id of the run.'),
  stage: z.enum(STAGES).optional().describe('What it is doing.'),
  percent: z.int().min(0).max(100).optional().describe('Progress of the stage.'),
  filesDone: count.optional().describe('Files done in the stage.'),
  bytesDone: count.optional().describe('Bytes done in the stage.'),
  bytesTotal: count.optional().describe('Bytes of the stage.'),
  heartbeatTime: time.optional().describe('When work was last seen to move.'),
});
export type ActiveRun = z.infer<typeof activeRunSchema>;

export const runCountSchema = z.strictObject({
  trigger: z.enum(TRIGGERS).describe('Scheduled or Manual.'),
  result: z.enum(RESULTS).describe('How they ended.'),
  count: count.describe('How many.'),
});

export const statusSchema = z.strictObject({
  observedGeneration: count.optional().describe('Generation of the policy that this status is about.'),
  conditions: z
    .array(conditionSchema)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional()
    .describe('What holds now, and why.'),
  cronJobName: z
    .string()
    .max(63)
    .optional()
    .describe('The CronJob; kubectl create job --from=cronjob/NAME starts a run.'),
  nextScheduleTime: time.optional().describe('When the next run starts; absent while suspended, or without a CronJob.'),
  lastScheduleTime: time.optional().describe('When the CronJob last started a run.'),
  overdueScheduleTime: time
    .optional()
    .describe('A scheduled time that has passed, whose run has not begun and still may.'),
  missedScheduleTime: time
    .optional()
    .describe('The last scheduled time at which no run began, nor within startingDeadlineSeconds.'),
  lastSuccessTime: time.optional().describe('When the newest verified backup was complete.'),
  lastFailureTime: time.optional().describe('When a run last ended without a complete backup.'),
  consecutiveFailures: count.optional().describe('Runs without a complete backup since the last that made one.'),
  activeRun: activeRunSchema.optional().describe('The run that is going on.'),
  lastRun: lastRunSchema.optional().describe('The run that ended last.'),
  lastSuccess: finishedRunSchema.optional().describe('The run that made the newest verified backup.'),
  lastVerification: z
    .strictObject({
      level: z.enum(['Standard', 'Full']).describe('How much was read back.'),
      result: z.enum(['Succeeded', 'Failed']).describe('Whether the stored object is what was sent.'),
      completionTime: time.describe('When.'),
      backupPath: z.string().max(2048).optional().describe('The backup that was checked.'),
    })
    .optional()
    .describe('The last check of a stored backup.'),
  retention: retentionSchema.optional().describe('What is stored, and what retention did.'),
  quota: quotaSchema.optional().describe("The destination's space."),
  logWritten: z
    .boolean()
    .optional()
    .describe('Whether the last run was logged in Postgres; absent without a logStore.'),
  baseline: z
    .strictObject({
      kind: z
        .enum(['LastNight', 'FirstBackup', 'Nothing', 'Forgotten'])
        .describe(
          'LastNight: the brakes had a night to compare with. Nothing: they had none, although backups stand there. Forgotten: this status knows of a verified backup, the destination of none.',
        ),
      runId: z.string().max(64).optional().describe('The run compared with.'),
    })
    .optional()
    .describe('What the last run that told was compared with.'),
  runCounts: z
    .array(runCountSchema)
    .max(TRIGGERS.length * RESULTS.length)
    .optional()
    .describe('Runs by trigger and result since the policy was made.'),
  history: z.array(finishedRunSchema).max(HISTORY_LENGTH).optional().describe('Finished runs, newest first.'),
});
export type PolicyStatus = z.infer<typeof statusSchema>;
