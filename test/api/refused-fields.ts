import { NO_TIME_ZONE } from '../../src/api/time-zones.ts';
import { policyOf } from '../cli/policy-file.ts';
import { REFUSED_PODS } from './pod-policies.ts';
import { dropbox, type PolicyCase, type Refusal, refused } from './policy-cases.ts';

const SHAPE =
  'a schedule has five fields (minute, hour, day of month, month, day of week) or is a macro: @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly';

/** CEL itself says of a zone that there is none; our sentence follows. */
const unknownZone = (zone: string): string => `unknown time zone ${zone} evaluating rule: ${NO_TIME_ZONE}`;

/** Policies with a field other than source and destination that is wrong. */
export const REFUSED_FIELDS: readonly PolicyCase[] = [
  refused('four cron fields', dropbox({ schedule: '0 3 * *' }), {
    job: 'spec.schedule: a schedule has five fields (minute, hour, day of month, month, day of week), this one has 4',
    server: `spec.schedule: Invalid value: "0 3 * *": ${SHAPE}`,
  }),
  refused('six cron fields', dropbox({ schedule: '0 0 3 * * *' }), {
    job: 'spec.schedule: a schedule has five fields (minute, hour, day of month, month, day of week), this one has 6',
    server: `spec.schedule: Invalid value: "0 0 3 * * *": ${SHAPE}`,
  }),
  refused('an empty schedule', dropbox({ schedule: '' }), {
    job: 'spec.schedule: a schedule has five fields (minute, hour, day of month, month, day of week), this one has 0',
    server: `spec.schedule: Invalid value: "": ${SHAPE}`,
  }),
  refused('a zone in the schedule', dropbox({ schedule: 'CRON_TZ=Europe/Berlin 0 3 * * *' }), {
    job: 'spec.schedule: a TZ= prefix is not accepted; set timeZone instead',
    server:
      'spec.schedule: Invalid value: "CRON_TZ=Europe/Berlin 0 3 * * *": a TZ= prefix is not accepted; set timeZone instead',
  }),
  refused('a macro that there is not', dropbox({ schedule: '@reboot' }), {
    job: 'spec.schedule: @reboot is not a macro; use @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly or five fields',
    server: `spec.schedule: Invalid value: "@reboot": ${SHAPE}`,
  }),
  refused('an interval for a schedule', dropbox({ schedule: '@every 1h' }), {
    job: 'spec.schedule: @every 1h is not a macro; use @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly or five fields',
    server: `spec.schedule: Invalid value: "@every 1h": ${SHAPE}`,
  }),
  refused('a schedule of 129 characters', dropbox({ schedule: `0 3 * * ${'1,'.repeat(60)}1` }), {
    job: 'spec.schedule: must have at most 128 characters',
    server: 'spec.schedule: Too long: may not be more than 128 bytes',
  }),
  refused('a zone that there is not', dropbox({ timeZone: 'Mars/Base' }), {
    job: 'spec.timeZone: is not an IANA time zone such as Etc/UTC or Europe/Berlin',
    server: `spec.timeZone: Invalid value: "string": ${unknownZone('Mars/Base')}`,
  }),
  refused('a zone in lower case', dropbox({ timeZone: 'europe/berlin' }), {
    job: 'spec.timeZone: must be written Europe/Berlin',
    server: `spec.timeZone: Invalid value: "string": ${unknownZone('europe/berlin')}`,
  }),
  refused('an offset for a zone', dropbox({ timeZone: '+02:00' }), {
    job: 'spec.timeZone: is not an IANA time zone such as Etc/UTC or Europe/Berlin',
    server: `spec.timeZone: Invalid value: "+02:00": ${NO_TIME_ZONE}`,
  }),
  refused("the server's own zone", dropbox({ timeZone: 'Local' }), {
    job: 'spec.timeZone: is not an IANA time zone such as Etc/UTC or Europe/Berlin',
    server: `spec.timeZone: Invalid value: "Local": ${NO_TIME_ZONE}`,
  }),
  refused('a fraction of a day', dropbox({ retention: { keepDays: 1.5 } }), {
    job: 'spec.retention.keepDays: must be a whole number, not 1.5',
    server:
      'spec.retention.keepDays: Invalid value: "float64": spec.retention.keepDays in body must be of type int64: "float64"',
  }),
  refused('no days to keep', dropbox({ retention: { keepDays: 0 } }), {
    job: 'spec.retention.keepDays: must be at least 1',
    server:
      'spec.retention.keepDays: Invalid value: 0: spec.retention.keepDays in body should be greater than or equal to 1',
  }),
  refused('no backups to keep', dropbox({ retention: { minimumBackups: 0 } }), {
    job: 'spec.retention.minimumBackups: must be at least 1',
    server:
      'spec.retention.minimumBackups: Invalid value: 0: spec.retention.minimumBackups in body should be greater than or equal to 1',
  }),
  refused('too many deletions', dropbox({ retention: { maxDeletionsPerRun: 1001 } }), {
    job: 'spec.retention.maxDeletionsPerRun: must be at most 1000',
    server:
      'spec.retention.maxDeletionsPerRun: Invalid value: 1001: spec.retention.maxDeletionsPerRun in body should be less than or equal to 1000',
  }),
  refused('a UID that is empty', dropbox({ retention: { adopt: [''] } }), {
    job: 'spec.retention.adopt[0]: must not be empty',
    server:
      'spec.retention.adopt[0]: Invalid value: "": spec.retention.adopt[0] in body should be at least 1 chars long',
  }),
  refused('a choice in lower case', dropbox({ retention: { mode: 'enforce' } }), {
    job: 'spec.retention.mode: must be Enforce, DryRun or Disabled',
    server: 'spec.retention.mode: Unsupported value: "enforce": supported values: "Enforce", "DryRun", "Disabled"',
  }),
  refused('a compression that there is not', dropbox({ archive: { compression: 'Zstd' } }), {
    job: 'spec.archive.compression: must be Auto, Store or Deflate',
    server: 'spec.archive.compression: Unsupported value: "Zstd": supported values: "Auto", "Store", "Deflate"',
  }),
  refused('a level that there is not', dropbox({ verification: { level: 'Quick' } }), {
    job: 'spec.verification.level: must be Standard or Full',
    server: 'spec.verification.level: Unsupported value: "Quick": supported values: "Standard", "Full"',
  }),
  refused('a percentage above 100', dropbox({ guards: { maxShrinkPercent: 101 } }), {
    job: 'spec.guards.maxShrinkPercent: must be at most 100',
    server:
      'spec.guards.maxShrinkPercent: Invalid value: 101: spec.guards.maxShrinkPercent in body should be less than or equal to 100',
  }),
  refused('fewer than no files', dropbox({ guards: { minFiles: -1 } }), {
    job: 'spec.guards.minFiles: must be at least 0',
    server:
      'spec.guards.minFiles: Invalid value: -1: spec.guards.minFiles in body should be greater than or equal to 0',
  }),
  refused('a word for a number', dropbox({ guards: { minFiles: 'many' } }), {
    job: 'spec.guards.minFiles: must be a number, not text',
    server:
      'spec.guards.minFiles: Invalid value: "string": spec.guards.minFiles in body must be of type integer: "string"',
  }),
  refused('a word for a boolean', dropbox({ suspend: 'yes' }), {
    job: 'spec.suspend: must be true or false, not text',
    server: 'spec.suspend: Invalid value: "string": spec.suspend in body must be of type boolean: "string"',
  }),
  refused('a value for a group', dropbox({ guards: 5 }), {
    job: 'spec.guards: must be a group of fields, not 5',
    server: 'spec.guards: Invalid value: "integer": spec.guards in body must be of type object: "integer"',
  }),
  refused('a part that is no multiple of 4', dropbox({ transfer: { uploadPartMiB: 10 } }), {
    job: 'spec.transfer.uploadPartMiB: must be a multiple of 4',
    server:
      'spec.transfer.uploadPartMiB: Invalid value: 10: spec.transfer.uploadPartMiB in body should be a multiple of 4',
  }),
  refused('a part that Dropbox would not take', dropbox({ transfer: { uploadPartMiB: 152 } }), {
    job: 'spec.transfer.uploadPartMiB: must be at most 148',
    server:
      'spec.transfer.uploadPartMiB: Invalid value: 152: spec.transfer.uploadPartMiB in body should be less than or equal to 148',
  }),
  refused('no download at a time', dropbox({ transfer: { maxConcurrentDownloads: 0 } }), {
    job: 'spec.transfer.maxConcurrentDownloads: must be at least 1',
    server:
      'spec.transfer.maxConcurrentDownloads: Invalid value: 0: spec.transfer.maxConcurrentDownloads in body should be greater than or equal to 1',
  }),
  refused('a deadline of a minute', dropbox({ job: { activeDeadlineSeconds: 60 } }), {
    job: 'spec.job.activeDeadlineSeconds: must be at least 300',
    server:
      'spec.job.activeDeadlineSeconds: Invalid value: 60: spec.job.activeDeadlineSeconds in body should be greater than or equal to 300',
  }),
  refused('a start two days late', dropbox({ startingDeadlineSeconds: 172_800 }), {
    job: 'spec.startingDeadlineSeconds: must be at most 86400',
    server:
      'spec.startingDeadlineSeconds: Invalid value: 172800: spec.startingDeadlineSeconds in body should be less than or equal to 86400',
  }),
  refused('backups that are stale after a minute', dropbox({ staleAfterSeconds: 60 }), {
    job: 'spec.staleAfterSeconds: must be at least 3600',
    server:
      'spec.staleAfterSeconds: Invalid value: 60: spec.staleAfterSeconds in body should be greater than or equal to 3600',
  }),
  refused('a unit that there is not', dropbox({ job: { resources: { limits: { memory: '256MB' } } } }), {
    job: 'spec.job.resources.limits.memory: must be a quantity such as 500m, 2 or 256Mi',
    server:
      'spec.job.resources.limits.memory: Invalid value: "256MB": spec.job.resources.limits.memory in body should match',
  }),
  refused('less than no CPU', dropbox({ job: { resources: { limits: { cpu: -1 } } } }), {
    job: 'spec.job.resources.limits.cpu: must be a quantity such as 500m, 2 or 256Mi',
    server:
      'spec.job.resources.limits.cpu: Invalid value: -1: spec.job.resources.limits.cpu in body should be greater than or equal to 0',
  }),
  refused('a fraction for a quantity', dropbox({ job: { resources: { requests: { cpu: 0.5 } } } }), {
    job: 'spec.job.resources.requests.cpu: must be a quantity such as 500m, 2 or 256Mi',
    server:
      'spec.job.resources.requests.cpu: Invalid value: "number": spec.job.resources.requests.cpu in body must be of type integer,string: "number"',
  }),
  refused(
    '17 limits',
    dropbox({
      job: { resources: { limits: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`r${i}`, '1'])) } },
    }),
    {
      job: 'spec.job.resources.limits: must be at most 16 quantities',
      server: 'spec.job.resources.limits: Too many: 17: must have at most 16 items',
    },
  ),
  refused('claims among the resources', dropbox({ job: { resources: { claims: [] } } }), {
    job: 'spec.job.resources.claims: is not a field of a policy',
    server: 'strict decoding error: unknown field "spec.job.resources.claims"',
  }),
  refused('a log nowhere', dropbox({ logStore: {} }), {
    job: 'spec.logStore.postgres: is missing',
    server: 'spec.logStore.postgres: Required value',
  }),
  refused('a log without a Secret', dropbox({ logStore: { postgres: { secretRef: {} } } }), {
    job: 'spec.logStore.postgres.secretRef.name: is missing',
    server: 'spec.logStore.postgres.secretRef.name: Required value',
  }),
  refused(
    'a log by any key of a Secret',
    dropbox({ logStore: { postgres: { secretRef: { name: 'a', key: 'password' } } } }),
    {
      job: 'spec.logStore.postgres.secretRef.key: must be DATABASE_URL',
      server: 'spec.logStore.postgres.secretRef.key: Unsupported value: "password": supported values: "DATABASE_URL"',
    },
  ),
  refused('a typing error in a field', dropbox({ retention: { keepDay: 5 } }), {
    job: 'spec.retention.keepDay: is not a field of a policy; did you mean keepDays?',
    server: 'strict decoding error: unknown field "spec.retention.keepDay"',
  }),
  refused('a field in the wrong place', dropbox({ keepDays: 5 }), {
    job: 'spec.keepDays: is not a field of a policy; did you mean spec.retention.keepDays?',
    server: 'strict decoding error: unknown field "spec.keepDays"',
  }),
  ...REFUSED_PODS,
];

const named = (what: string, name: string, { job, server }: Refusal): PolicyCase => ({
  what,
  policy: { ...policyOf(dropbox()), metadata: { name } },
  job,
  server,
});

/** Policies that are wrong outside of their spec. */
export const REFUSED_OBJECTS: readonly PolicyCase[] = [
  named('a name of 41 characters', 'a'.repeat(41), {
    job: 'metadata.name: must be at most 40 characters: it becomes part of a CronJob name, whose limit is 52',
    server:
      'metadata.name: Invalid value: must be at most 40 characters: it becomes part of a CronJob name, whose limit is 52',
  }),
  named('capitals in the name', 'Nightly', {
    job: 'metadata.name: must be lower-case letters, digits, - and ., as in the names of other objects',
    server:
      'metadata.name: Invalid value: "Nightly": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
  }),
  named('an empty part in the name', 'a..b', {
    job: 'metadata.name: must be lower-case letters, digits, - and ., as in the names of other objects',
    server:
      'metadata.name: Invalid value: "a..b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
  }),
  named('a name that ends in a dash', 'nightly-', {
    job: 'metadata.name: must be lower-case letters, digits, - and ., as in the names of other objects',
    server:
      'metadata.name: Invalid value: "nightly-": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
  }),
  {
    what: 'no spec',
    policy: { ...policyOf(dropbox()), spec: undefined },
    job: 'spec: is missing',
    server: 'spec: Required value',
  },
  {
    what: 'another version',
    policy: { ...policyOf(dropbox()), apiVersion: 'casebackup.io/v1' },
    job: 'apiVersion: must be casebackup.io/v1alpha1',
    server:
      'error: resource mapping not found for name: "nightly" namespace: "" from "STDIN": no matches for kind "CaseBackupPolicy" in version "casebackup.io/v1"',
  },
  {
    what: 'a field beside the spec',
    policy: { ...policyOf(dropbox()), specs: {} },
    job: 'specs: is not a field of a policy; did you mean spec?',
    server: 'strict decoding error: unknown field "specs"',
  },
];

/** What CEL can't know and the controller therefore says in the condition Ready. */
export const LEFT_TO_THE_CONTROLLER: readonly PolicyCase[] = [
  refused('an hour that there is not', dropbox({ schedule: '0 25 * * *' }), {
    job: 'spec.schedule: "25" is not an hour; write 0–23, a range such as 0-23, * or */n',
    server: undefined,
  }),
  refused('a day 7', dropbox({ schedule: '0 3 * * 7' }), {
    job: 'spec.schedule: "7" is not a day of week; write 0–6, a range such as 0-6, * or */n',
    server: undefined,
  }),
  refused('a range that runs backwards', dropbox({ schedule: '0 18-8 * * *' }), {
    job: 'spec.schedule: "18-8" runs backwards; write the smaller hour first',
    server: undefined,
  }),
];
