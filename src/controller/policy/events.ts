import type { Condition, ConditionType } from '../../api/conditions.ts';
import type { Result } from '../../api/report.ts';
import type { FinishedRun, PolicyStatus } from '../../api/status.ts';
import type { EndedRun } from './run-history.ts';

export interface PolicyEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  /** The Job, or the scheduled time, whose one event it is. */
  readonly once?: string;
}

const REASON_OF: Readonly<Record<Result, string>> = {
  Succeeded: 'BackupSucceeded',
  Incomplete: 'BackupIncomplete',
  Failed: 'BackupFailed',
  Skipped: 'BackupSkipped',
  Interrupted: 'BackupInterrupted',
};

/** These follow the runs, which have events of their own. */
const TOLD_BY_RUNS: ReadonlySet<ConditionType> = new Set(['Progressing', 'LastRunSucceeded']);

/** Long enough for a restart, short enough that Kubernetes, which keeps events for an hour, still has the first one. */
const RETOLD_MS = 600_000;

/** What `kubectl describe` should tell of a change of status; nothing when nothing changed. */
export function eventsOf(before: PolicyStatus, after: PolicyStatus): PolicyEvent[] {
  return [
    ...startOfRun(before, after),
    ...missedTime(before, after),
    ...changesOf(before.conditions ?? [], after.conditions ?? []),
  ];
}

/**
 * The events of the runs that have ended, and again those of the last ten minutes: the status may have been written
 * although no answer came, or by a controller that died before it told. Each has one event however often it is told.
 */
export function eventsOfRuns(status: PolicyStatus, ended: readonly EndedRun[], now: Date): PolicyEvent[] {
  const news = new Set(ended.map(({ jobUid }) => jobUid));
  return (status.history ?? [])
    .filter((run) => news.has(run.jobUid) || now.getTime() - Date.parse(run.completionTime) < RETOLD_MS)
    .map((run) => endOfRun(run, run.jobUid === status.lastRun?.jobUid ? status.lastRun?.hint : undefined));
}

function startOfRun({ activeRun: before }: PolicyStatus, { activeRun: after }: PolicyStatus): PolicyEvent[] {
  if (!after || after.jobUid === before?.jobUid) return [];
  const note = `${after.trigger === 'Manual' ? 'a run by hand' : 'the scheduled run'} has begun: Job ${after.jobName}`;
  return [{ type: 'Normal', reason: 'BackupStarted', action: 'Run', note }];
}

function missedTime(before: PolicyStatus, { missedScheduleTime: missed, activeRun }: PolicyStatus): PolicyEvent[] {
  if (missed === undefined || missed === before.missedScheduleTime) return [];
  const why = activeRun ? `Job ${activeRun.jobName} still goes on` : 'kube-controller-manager started none in time';
  const note = `no run began at the scheduled time ${missed}, nor within startingDeadlineSeconds: ${why}`;
  return [{ type: 'Warning', reason: 'ScheduleMissed', action: 'Schedule', note, once: `missed ${missed}` }];
}

function endOfRun({ jobName, jobUid, result, reason, message }: FinishedRun, hint: string | undefined): PolicyEvent {
  return {
    type: result === 'Succeeded' || result === 'Skipped' ? 'Normal' : 'Warning',
    reason: REASON_OF[result],
    action: 'Run',
    note: `Job ${jobName}: ${reason}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    once: jobUid,
  };
}

function changesOf(before: readonly Condition[], after: readonly Condition[]): PolicyEvent[] {
  return after.flatMap((condition): PolicyEvent[] => {
    const { type, status, reason, message } = condition;
    if (TOLD_BY_RUNS.has(type)) return [];
    const known = before.find((other) => other.type === type);
    // A policy that has never run is not fresh; it need not be told so as a warning on its first day.
    if (known === undefined && type !== 'Ready') return [];
    const hasTurned = known?.status !== status;
    if (status === 'False' && (hasTurned || known?.reason !== reason))
      return [{ type: 'Warning', reason, action: `Check${type}`, note: `${type} is False: ${message}` }];
    if (status === 'True' && hasTurned && (known?.status === 'False' || type === 'Ready'))
      return [{ type: 'Normal', reason: type, action: `Check${type}`, note: `${type} is True: ${message}` }];
    return [];
  });
}
