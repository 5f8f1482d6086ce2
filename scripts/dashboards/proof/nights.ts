import { conditionsFrom } from '../../../src/api/conditions.ts';
import { EXIT_CODES } from '../../../src/api/exit-codes.ts';
import type { RunReport } from '../../../src/api/report.ts';
import type { PolicyStatus } from '../../../src/api/status.ts';
import type { CachedPolicy } from '../../../src/controller/policy/cached-policy.ts';
import { judge } from '../../../src/controller/policy/judge.ts';
import type { Outcome } from '../../../src/controller/policy/outcome.ts';
import { recordRuns } from '../../../src/controller/policy/run-history.ts';
import { aReport } from '../../../test/controller/a-report.ts';
import { aCachedPolicy, aStoredPolicy } from '../../../test/controller/pure/a-stored-policy.ts';
import type { Ending, Office } from './offices.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GIB = 1024 ** 3;
const KEPT = 30;
/** What else lies in the account. */
const ELSE_GIB = 120;
/** A night reads 20 MiB a second. */
const BYTES_PER_SECOND = 20 * 1024 ** 2;

/** The policy of an office as its controller would have known it at an instant, by the controller's own functions. */
export function asOf(office: Office, at: Date, now: Date): CachedPolicy {
  const isSuspended = office.suspendedFor !== undefined && at.getTime() > now.getTime() - office.suspendedFor * DAY;
  const spec = { ...office.spec, suspend: isSuspended };
  const created = iso(createdAt(office, now));
  const facts = { ...pastNights(office, at, now), ...ahead(office, at, now, isSuspended) };
  const { spec: whole } = aStoredPolicy(spec);
  const ready = { status: 'True', reason: 'CronJobStands', message: 'its CronJob stands' } as const;
  const conditions = conditionsFrom({ Ready: ready, ...judge(whole, facts, at) }, [], 1, at);
  const cached = aCachedPolicy(spec, { created, name: office.policy, status: { ...facts, conditions } });
  return { ...cached, metadata: { ...cached.metadata, namespace: office.namespace } };
}

export const createdAt = (office: Office, now: Date): Date =>
  new Date(office.nights === 0 ? now.getTime() - 2 * HOUR : nightAt(office.nights, now) - 12 * HOUR);

/** 03:00 UTC of the last night, or of one so many nights before it. */
function nightAt(ago: number, now: Date): number {
  const today = new Date(now).setUTCHours(3, 0, 0, 0);
  return (today > now.getTime() ? today - DAY : today) - ago * DAY;
}

function pastNights(office: Office, at: Date, now: Date): PolicyStatus {
  let status: PolicyStatus = {};
  for (let ago = office.nights - 1; ago >= 0; ago--) {
    const start = nightAt(ago, now);
    if (office.suspendedFor !== undefined && ago < office.suspendedFor) break;
    if (office.endings?.[ago] === 'NoRun') {
      if (start + 4 * HOUR < at.getTime()) status = { ...status, missedScheduleTime: iso(new Date(start)) };
      continue;
    }
    const outcome = outcomeOf(office, ago, start);
    if (Date.parse(outcome.completionTime) > at.getTime()) break;
    const name = `case-backup-nightly-${Math.floor(start / 60_000)}`;
    status = recordRuns(status, [
      { jobName: name, jobUid: `uid-${name}`, trigger: 'Scheduled', startTime: iso(new Date(start)), outcome },
    ]);
  }
  return status;
}

function ahead(office: Office, at: Date, now: Date, isSuspended: boolean): PolicyStatus {
  const isGoingOn = office.isRunning === true && at.getTime() > now.getTime() - HOUR;
  return {
    ...(isSuspended ? {} : { nextScheduleTime: iso(new Date(nightAt(-1, at))) }),
    ...(isGoingOn && {
      activeRun: {
        jobName: 'by-hand',
        jobUid: 'uid-by-hand',
        trigger: 'Manual',
        startTime: iso(new Date(now.getTime() - HOUR)),
        stage: 'Archiving',
        percent: 40,
        heartbeatTime: iso(at),
      },
    }),
  };
}

const BASELINE = { kind: 'LastNight', runId: 'of-the-night-before' } as const;
const GOOD = ['Succeeded', EXIT_CODES.succeeded, 'Verified'] as const;
const ENDS: Readonly<Record<Ending, readonly [result: Outcome['result'], exitCode: number, reason: string]>> = {
  Failed: ['Failed', EXIT_CODES.outOfTime, 'RemoteUnavailable'],
  Incomplete: ['Incomplete', EXIT_CODES.incomplete, 'FilesMissing'],
  Skipped: ['Skipped', EXIT_CODES.leaseHeld, 'LeaseHeld'],
  Mismatch: ['Failed', EXIT_CODES.mismatch, 'StoredObjectDiffers'],
  NoRoom: ['Failed', EXIT_CODES.noSpace, 'QuotaExceeded'],
  NoRun: ['Interrupted', EXIT_CODES.interrupted, 'Interrupted'],
};

function outcomeOf(office: Office, ago: number, start: number): Outcome {
  const ending = office.endings?.[ago];
  const [result, exitCode, reason] = ending === undefined ? GOOD : ENDS[ending];
  const archiveBytes = Math.round(office.gibibytes * GIB * office.growth ** (office.nights - ago));
  const isMade = result === 'Succeeded' || result === 'Incomplete';
  const archiving = isMade ? Math.round((archiveBytes / BYTES_PER_SECOND) * (1 + (ago % 3) / 10)) : 0;
  const end = new Date(start + (archiving + 90) * 1000);
  const report = aReport(`uid-${start}`, { result, reason, exitCode, logWritten: ago !== 5, baseline: BASELINE }, end);
  return {
    result,
    reason,
    message: 'as invented',
    exitCode,
    completionTime: iso(end),
    report: isMade
      ? {
          ...report,
          ...made(office, ago, archiveBytes),
          stageSeconds: stages(archiving),
          ...stored(office, ago, archiveBytes, end),
        }
      : nothingMade(report),
  };
}

const stages = (archiving: number): RunReport['stageSeconds'] => ({
  Preparing: 4,
  Listing: 21,
  Archiving: archiving,
  Verifying: 38,
  Committing: 2,
  Pruning: 9,
  Reporting: 3,
});

const nothingMade = ({
  backup: _,
  verification: __,
  retention: ___,
  quota: ____,
  ...report
}: RunReport): RunReport => ({
  ...report,
  cases: 0,
  files: 0,
  sourceBytes: 0,
  archiveBytes: 0,
  stageSeconds: { Preparing: 4, Listing: 21 },
});

const made = (office: Office, ago: number, archiveBytes: number): Partial<RunReport> => ({
  cases: 41,
  files: 18_000 + (office.nights - ago) * 12,
  skippedFiles: office.endings?.[ago] === 'Incomplete' ? 3 : 0,
  archiveBytes,
  sourceBytes: Math.round(archiveBytes * 1.18),
});

function stored(office: Office, ago: number, archiveBytes: number, end: Date): Partial<RunReport> {
  const backups = Math.min(KEPT, office.nights - ago);
  // Together about as much as so many of the newest; older ones are a little smaller.
  const totalBytes = Math.round(backups * archiveBytes * 0.97);
  const dayOf = (back: number): string => `${iso(new Date(end.getTime() - back * DAY)).slice(0, 10)}T00:00:00Z`;
  return {
    retention: {
      backups,
      verified: backups,
      foreign: 2,
      damaged: ago < 2 ? (office.damaged ?? 0) : 0,
      totalBytes,
      oldest: dayOf(backups - 1),
      newest: dayOf(0),
      deleted: backups < KEPT ? 0 : 1,
      wouldDelete: 0,
      expiredPending: 0,
      checkedTime: iso(end),
    },
    quota: {
      usedBytes: totalBytes + ELSE_GIB * GIB,
      allocatedBytes: office.quotaGibibytes * GIB,
      checkedTime: iso(end),
    },
  };
}

const iso = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');
