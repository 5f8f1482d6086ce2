import { CONDITION_STATUSES, CONDITION_TYPES } from '../../api/conditions.ts';
import { cronJobName } from '../../api/kubernetes-names.ts';
import { RESULTS, STAGES } from '../../api/report.ts';
import { TRIGGERS } from '../../api/status.ts';
import { longestInterval } from '../schedule/longest-interval.ts';
import { schedule } from '../schedule/schedule.ts';
import type { CachedPolicy } from './cached-policy.ts';
import { newestAttempt } from './judge.ts';

/** One sample of a metric: its own labels (those of the policy come on top) and its value. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PolicyMetric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** Besides namespace and policy. */
  readonly labels?: readonly string[];
  /** No samples for what can't be told of a policy that this release can't read. */
  readonly read: (policy: CachedPolicy, now: Date) => readonly Sample[] | number;
}

const seconds = (time: string | undefined): number => (time === undefined ? 0 : Date.parse(time) / 1000);
const flag = (value: boolean | undefined): number => (value === true ? 1 : 0);

/**
 * What Prometheus is told of a policy: all of it read from the policy and its status, so that a restarted controller
 * says the same and a deleted policy leaves nothing. Each series is there from the policy's first day, 0 for "never";
 * of a policy whose spec can't be read those are missing that would only repeat it.
 * Times are instants, not ages. docs/metrics.md is made of this list.
 */
export const POLICY_METRICS: readonly PolicyMetric[] = [
  {
    name: 'case_backup_policy_info',
    type: 'gauge',
    help: 'Always 1; the labels describe the policy.',
    labels: ['schedule', 'time_zone', 'cronjob'],
    read: ({ spec, metadata }) => [
      {
        labels: {
          schedule: spec.schedule,
          time_zone: spec.timeZone,
          cronjob: cronJobName('backup', metadata.name),
        },
        value: 1,
      },
    ],
  },
  gauge('policy_created_timestamp_seconds', 'When the policy was made.', ({ metadata }) =>
    seconds(metadata.creationTimestamp),
  ),
  gauge('policy_suspended', '1 while the policy is suspended.', ({ spec }) => flag(spec.freshness.suspend)),
  gauge(
    'policy_stale_after_seconds',
    'Age of the newest verified backup after which condition Fresh turns False.',
    ({ spec }) => spec.freshness.staleAfterSeconds,
  ),
  {
    name: 'case_backup_policy_condition',
    type: 'gauge',
    help: '1 for the status that a condition has, 0 for its other two.',
    labels: ['type', 'status'],
    read: ({ status }) =>
      CONDITION_TYPES.flatMap((type) => {
        const is = status.conditions?.find((condition) => condition.type === type)?.status ?? 'Unknown';
        return CONDITION_STATUSES.map((each) => ({ labels: { type, status: each }, value: flag(each === is) }));
      }),
  },
  gauge(
    'schedule_interval_seconds',
    'Longest time between two scheduled runs within a year, clock changes included.',
    intervalOf,
  ),
  gauge('next_run_timestamp_seconds', 'When the next scheduled run starts; 0 while suspended.', ({ status }) =>
    seconds(status.nextScheduleTime),
  ),
  gauge(
    'missed_run_timestamp_seconds',
    'The last scheduled time at which no run began, neither then nor late; 0 for never.',
    ({ status }) => seconds(status.missedScheduleTime),
  ),
  gauge('run_start_timestamp_seconds', 'When the run that is going on started; 0 when idle.', ({ status }) =>
    seconds(status.activeRun?.startTime),
  ),
  gauge(
    'run_heartbeat_timestamp_seconds',
    'When the run that is going on was last seen to move; 0 when idle or out of reach.',
    ({ status }) => seconds(status.activeRun?.heartbeatTime),
  ),
  gauge(
    'run_progress_ratio',
    'Done of the running stage, 0 to 1; 0 when idle.',
    ({ status }) => (status.activeRun?.percent ?? 0) / 100,
  ),
  gauge('run_waiting', '1 while the run that is going on waits for something.', ({ status }) =>
    flag(status.activeRun?.waiting !== undefined),
  ),
  gauge('last_success_timestamp_seconds', 'When the newest verified backup was complete; 0 for never.', ({ status }) =>
    seconds(status.lastSuccessTime),
  ),
  gauge(
    'last_failure_timestamp_seconds',
    'When a run last ended without a complete backup; 0 for never.',
    ({ status }) => seconds(status.lastFailureTime),
  ),
  gauge(
    'consecutive_failures',
    'Runs without a complete backup since the last that made one.',
    ({ status }) => status.consecutiveFailures ?? 0,
  ),
  gauge('last_run_timestamp_seconds', 'When the last run ended, however it did; 0 for never.', ({ status }) =>
    seconds(status.lastRun?.completionTime),
  ),
  gauge(
    'last_run_success',
    '1 if the last run that was not skipped made a verified and complete backup.',
    ({ status }) => flag(newestAttempt(status)?.result === 'Succeeded'),
  ),
  gauge(
    'last_run_duration_seconds',
    'How long the last run took.',
    ({ status }) => status.lastRun?.durationSeconds ?? 0,
  ),
  {
    name: 'case_backup_last_run_stage_duration_seconds',
    type: 'gauge',
    help: 'How long each stage of the last run took.',
    labels: ['stage'],
    read: ({ status }) =>
      STAGES.map((stage) => ({
        labels: { stage },
        value: status.lastRun?.stageSeconds?.find((entry) => entry.stage === stage)?.seconds ?? 0,
      })),
  },
  gauge(
    'last_run_skipped_files',
    'Listed files that the last run could not back up.',
    ({ status }) => status.lastRun?.skippedFiles ?? 0,
  ),
  gauge(
    'last_success_archive_bytes',
    'Size of the newest verified backup.',
    ({ status }) => status.lastSuccess?.archiveBytes ?? 0,
  ),
  gauge('last_success_source_bytes', 'Bytes of the files in it.', ({ status }) => status.lastSuccess?.sourceBytes ?? 0),
  gauge('last_success_files', 'Files in it.', ({ status }) => status.lastSuccess?.files ?? 0),
  gauge('last_success_cases', 'Cases in it.', ({ status }) => status.lastSuccess?.cases ?? 0),
  gauge('last_verification_success', '1 if the last check of a stored backup found what had been sent.', ({ status }) =>
    flag(status.lastVerification?.result === 'Succeeded'),
  ),
  gauge('last_verification_timestamp_seconds', 'When that was; 0 for never.', ({ status }) =>
    seconds(status.lastVerification?.completionTime),
  ),
  gauge(
    'last_retention_success',
    '1 if the last retention deleted all that has expired, up to its cap; 0 for held or never.',
    ({ status }) => flag(status.retention !== undefined && status.retention.heldBecause === undefined),
  ),
  gauge('last_retention_timestamp_seconds', 'When that was; 0 for never.', ({ status }) =>
    seconds(status.retention?.checkedTime),
  ),
  gauge(
    'retention_expired_archives',
    'Backups that have expired and are still there.',
    ({ status }) => status.retention?.expiredPending ?? 0,
  ),
  gauge(
    'retention_min_archives',
    'How many of the newest verified backups stay, however old they are.',
    ({ spec }) => spec.readable?.retention.minimumBackups,
  ),
  gauge('archives', 'Backups stored.', ({ status }) => status.retention?.backups ?? 0),
  gauge('archives_bytes', 'Bytes of all backups.', ({ status }) => status.retention?.totalBytes ?? 0),
  gauge(
    'archives_foreign',
    'Backups of others in the same folder; in none of the other figures.',
    ({ status }) => status.retention?.foreign ?? 0,
  ),
  gauge(
    'archives_damaged',
    'Backups that were verified and no longer read as they were.',
    ({ status }) => status.retention?.damaged ?? 0,
  ),
  gauge('oldest_archive_timestamp_seconds', 'Date of the oldest backup; 0 for none.', ({ status }) =>
    seconds(status.retention?.oldest),
  ),
  gauge('newest_archive_timestamp_seconds', 'Date of the newest backup; 0 for none.', ({ status }) =>
    seconds(status.retention?.newest),
  ),
  gauge('last_log_write_success', '1 if the last run was logged in Postgres, or need not be.', ({ status }) =>
    flag(status.logWritten !== false),
  ),
  gauge(
    'destination_used_bytes',
    "Bytes in use of the destination's space.",
    ({ status }) => status.quota?.usedBytes ?? 0,
  ),
  gauge(
    'destination_quota_bytes',
    "The destination's space; 0 while not reported.",
    ({ status }) => status.quota?.allocatedBytes ?? 0,
  ),
  {
    name: 'case_backup_runs_total',
    type: 'counter',
    help: 'Runs that have ended, by result and trigger.',
    labels: ['result', 'trigger'],
    read: ({ status }) =>
      TRIGGERS.flatMap((trigger) =>
        RESULTS.map((result) => ({
          labels: { result, trigger },
          value: status.runCounts?.find((entry) => entry.trigger === trigger && entry.result === result)?.count ?? 0,
        })),
      ),
  },
];

function gauge(
  name: string,
  help: string,
  read: (policy: CachedPolicy, now: Date) => number | undefined,
): PolicyMetric {
  return { name: `case_backup_${name}`, type: 'gauge', help, read: (policy, now) => read(policy, now) ?? [] };
}

/** A year of days takes some milliseconds; a thousand policies at every scrape share what they know for the day. */
const intervals = new Map<string, number>();

function intervalOf({ spec }: CachedPolicy, now: Date): number {
  const today = now.toISOString().slice(0, 10);
  const key = `${today} ${spec.timeZone} ${spec.schedule}`;
  const known = intervals.get(key);
  if (known !== undefined) return known;
  if (intervals.size > 1000) intervals.clear();
  const interval = safeInterval(spec.schedule, spec.timeZone, now);
  intervals.set(key, interval);
  return interval;
}

/** 0 for a schedule or zone that no run can come of; condition Ready says what is wrong with it. */
function safeInterval(cron: string, timeZone: string, now: Date): number {
  try {
    return longestInterval(schedule(cron, timeZone), now);
  } catch {
    return 0;
  }
}
