import { z } from 'zod';
import { inCluster, withRules } from './cel-rules.ts';
import { END_RULES, OVERLAP_RULES } from './policy-ends.ts';
import { job } from './policy-job.ts';
import { schedule, timeZone } from './policy-schedule.ts';
import { destination, source } from './policy-stores.ts';

/**
 * CaseBackupPolicy, once: the TypeScript type, the CRD's OpenAPI schema (crd.ts), the job's own validation and
 * docs/policy.md all come from here. Every field carries the description that `kubectl explain` shows.
 */
export const GROUP = 'casebackup.io';
export const VERSION = 'v1alpha1';
export const KIND = 'CaseBackupPolicy';

/** A CronJob's name has at most 52 characters (Kubernetes adds 11 for the Job's time), ours begins with "case-backup-". */
export const NAME_LIMIT = 40;
export const NAME_TOO_LONG = `must be at most ${NAME_LIMIT} characters: it becomes part of a CronJob name, whose limit is 52`;

const MIB = 1024 * 1024;

const guards = z
  .strictObject({
    minFiles: z
      .int()
      .min(0)
      .max(100_000_000)
      .default(1)
      .describe('A source with fewer files is refused: an empty listing is an error, not an empty backup.'),
    maxShrinkPercent: z
      .int()
      .min(1)
      .max(100)
      .default(20)
      .describe(
        'A source with this many percent fewer files or cases than the last backup is refused. Set it to 100 for one night when the change is meant.',
      ),
    maxByteShrinkPercent: z
      .int()
      .min(1)
      .max(100)
      .default(50)
      .describe(
        'The same for the bytes of all files: their number stays when they are emptied. Set it to 100 for one night when the change is meant.',
      ),
  })
  .prefault({})
  .describe('Brakes that refuse a backup of a source that looks wrong.');

const transfer = z
  .strictObject({
    maxConcurrentDownloads: z
      .int()
      .min(1)
      .max(64)
      .default(64)
      .describe(
        'Most reads of the source at once: files, and ranges of large ones. Fewer run where the line, the account, a disk or the memory of the container has no more to give.',
      ),
    maxConcurrentUploads: z.int().min(1).max(16).default(8).describe('Upload parts in flight at once.'),
    uploadPartMiB: z
      .int()
      .min(4)
      .max(148)
      .multipleOf(4)
      .default(8)
      .describe(
        'Largest size of an upload part, a multiple of 4; on a line that would be idle parts go sooner. Larger parts make fewer API calls and take more memory (this times maxConcurrentUploads).',
      ),
    maxBytesPerSecond: z
      .int()
      .min(0)
      .max(1_000_000_000_000)
      .default(0)
      .describe(
        'Most bytes a second that go to and from the stores, both ways together; 0 is as fast as it goes. Leaves the rest of the line to the office.',
      ),
  })
  .prefault({})
  .describe('How hard to drive the stores.');

const retention = z
  .strictObject({
    keepDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe('Days that backups are kept, counted back from the newest verified one, never from today.'),
    minimumBackups: z
      .int()
      .min(1)
      .max(3650)
      .default(7)
      .describe('How many of the newest verified backups stay, however old they are.'),
    maxDeletionsPerRun: z.int().min(1).max(1000).default(10).describe('Most backups that one run may delete.'),
    adopt: z
      .array(z.string().min(1).max(64))
      .max(16)
      .default([])
      .describe(
        'UIDs of installations or policies that are gone: their backups of a policy of the same name and source count as those of this one. backup-job list shows them. Never one whose policy still runs.',
      ),
    mode: z
      .enum(['Enforce', 'DryRun', 'Disabled'])
      .default('Enforce')
      .describe('DryRun reports what it would delete; Disabled deletes and reports nothing.'),
  })
  .prefault({})
  .describe('How long backups are kept.');

const verification = z
  .strictObject({
    level: z
      .enum(['Standard', 'Full'])
      .default('Standard')
      .describe(
        "Standard compares the store's size and hash and reads the directory, the manifest and some files of every case, others each night; Full reads every byte back.",
      ),
    fullEvery: z
      .int()
      .min(1)
      .max(365)
      .optional()
      .describe('Level Standard only: a night is checked as Full when the last full check is this many days old.'),
  })
  .prefault({})
  .describe('How the stored backup is checked before a run may succeed.');

const logStore = z
  .strictObject({
    postgres: z
      .strictObject({
        secretRef: z
          .strictObject({
            name: z.string().min(1).max(253).describe('Name of the Secret.'),
            key: z
              .enum(['DATABASE_URL'])
              .default('DATABASE_URL')
              .describe('Key that holds the connection URL. No other one: the rest of a Secret is none of the job.'),
          })
          .describe('Secret with the connection URL, in the namespace of the policy.'),
      })
      .describe('A PostgreSQL database.'),
  })
  .optional()
  .describe('Where runs are logged (table backup_logs). A database that is down never stops a backup.');

const specFields = z.strictObject({
  schedule,
  timeZone,
  suspend: z.boolean().default(false).describe('No scheduled runs while true; a run by hand still works.'),
  startingDeadlineSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(14_400)
    .describe('How late a missed run may still start.'),
  staleAfterSeconds: z
    .int()
    .min(3600)
    .max(31_536_000)
    .default(93_600)
    .describe('Age of the newest verified backup after which condition Fresh turns False.'),
  source,
  destination,
  archive: z
    .strictObject({
      compression: z
        .enum(['Auto', 'Store', 'Deflate'])
        .default('Auto')
        .describe('Auto deflates what shrinks and stores the rest; Store and Deflate do one or the other to all.'),
    })
    .prefault({})
    .describe('The ZIP.'),
  guards,
  transfer,
  retention,
  verification,
  logStore,
  job,
});

export const policySpecSchema = inCluster(withRules(specFields, END_RULES), OVERLAP_RULES).describe(
  'What to back up, where to, when, and how long to keep it.',
);

export const policySchema = z.strictObject({
  apiVersion: z.literal(`${GROUP}/${VERSION}`),
  kind: z.literal(KIND),
  metadata: z.looseObject({
    name: z
      .string()
      .min(1)
      .max(NAME_LIMIT, NAME_TOO_LONG)
      .regex(
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
        'must be lower-case letters, digits, - and ., as in the names of other objects',
      ),
    namespace: z.string().optional(),
    /** The cluster's own word for this very object, where the policy comes from one. */
    uid: z.string().max(64).nullish(),
    annotations: z.record(z.string(), z.unknown()).nullish(),
  }),
  spec: z.preprocess(withoutNulls, policySpecSchema),
  status: z.unknown().optional(),
});

export type PolicySpec = z.infer<typeof policySpecSchema>;
export type Policy = z.infer<typeof policySchema>;

export const uploadPartBytes = (spec: PolicySpec): number => spec.transfer.uploadPartMiB * MIB;

/** A field whose value is left empty counts as not given; the API server does the same before it fills in defaults. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
}
