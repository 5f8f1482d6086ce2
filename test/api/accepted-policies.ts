import { ACCEPTED_PODS } from './pod-policies.ts';
import { accepted, CREDENTIALS, dropbox, folders, type PolicyCase } from './policy-cases.ts';

const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

export const ACCEPTED: readonly PolicyCase[] = [
  accepted('only what must be given', dropbox()),
  accepted(
    'five fields with names, ranges, steps and spaces',
    dropbox({ schedule: '  */20 8-18  1,15 jan-Jun MON-FRI ' }),
  ),
  ...MACROS.map((schedule) => accepted(`the macro ${schedule}`, dropbox({ schedule }))),
  ...['UTC', 'US/Eastern', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT-14'].map((timeZone) =>
    accepted(`the zone ${timeZone}`, dropbox({ timeZone })),
  ),
  accepted(
    'folders with spaces and letters beyond ASCII',
    dropbox({}, { root: '/Fälle 2026/€ 𝒜' }, { folder: '/Fälle 2026/..b' }),
  ),
  accepted('globs with names that hold a !, a set of letters and choices', {
    ...dropbox(),
    source: { dropbox: CREDENTIALS, exclude: ['\\!a', 'a!', '**/!a', '[!a]*', '?(a|b)', '\\!(1).txt', '+(?a)', '**'] },
  }),
  accepted("a member's own folder of a team space", dropbox({}, { namespace: 'Home' })),
  accepted('folders whose names only begin alike', folders('/data/cases', '/data/cases-backup')),
  accepted('a claim for each end', {
    source: { directory: { path: '/cases', claimName: 'nas' } },
    destination: { directory: { path: '/backups', claimName: 'usb' } },
  }),
  accepted('a folder to Dropbox, with credentials', {
    source: { directory: { path: '/CASES' } },
    destination: { dropbox: CREDENTIALS },
  }),
  accepted('Dropbox to a folder of the same name', {
    source: { dropbox: CREDENTIALS },
    destination: { directory: { path: '/CASES' } },
  }),
  accepted('quantities as text and as numbers', {
    ...dropbox(),
    job: {
      resources: {
        requests: { cpu: 1, memory: '256Mi' },
        limits: { cpu: '1.5', memory: '1e9', 'example.com/disk': 0 },
      },
    },
  }),
  accepted('the least of everything', {
    ...dropbox(),
    startingDeadlineSeconds: 60,
    staleAfterSeconds: 3600,
    guards: { minFiles: 0, maxShrinkPercent: 1 },
    transfer: { maxConcurrentDownloads: 1, maxConcurrentUploads: 1, uploadPartMiB: 4, maxBytesPerSecond: 0 },
    retention: { keepDays: 1, minimumBackups: 1, maxDeletionsPerRun: 1, mode: 'Disabled' },
    job: { activeDeadlineSeconds: 300, backoffLimit: 0, successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 },
  }),
  accepted('the most of everything', {
    ...dropbox(),
    startingDeadlineSeconds: 86_400,
    staleAfterSeconds: 31_536_000,
    guards: { minFiles: 100_000_000, maxShrinkPercent: 100 },
    transfer: {
      maxConcurrentDownloads: 64,
      maxConcurrentUploads: 16,
      uploadPartMiB: 148,
      maxBytesPerSecond: 1_000_000_000_000,
    },
    retention: {
      keepDays: 3650,
      minimumBackups: 3650,
      maxDeletionsPerRun: 1000,
      adopt: Array.from({ length: 16 }, () => 'x'.repeat(64)),
      mode: 'DryRun',
    },
    job: {
      activeDeadlineSeconds: 604_800,
      backoffLimit: 10,
      successfulJobsHistoryLimit: 50,
      failedJobsHistoryLimit: 50,
    },
  }),
  accepted('every choice that is not the default', {
    ...dropbox(),
    suspend: true,
    timeZone: 'Europe/Berlin',
    archive: { compression: 'Store' },
    verification: { level: 'Full' },
    logStore: { postgres: { secretRef: { name: 'database', key: 'DATABASE_URL' } } },
  }),
  ...ACCEPTED_PODS,
  accepted('fields that are left empty', { ...dropbox(), timeZone: null, guards: null, retention: { keepDays: null } }),
];
