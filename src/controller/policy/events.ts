import type { Condition, ConditionType } from '../../api/conditions.ts';
import type { Result } from '../../api/report.ts';
import type { FinishedRun, PolicyStatus } from '../../api/status.ts';
import { isToldLater } from './told-later.ts';

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
 * although no answer came, or by a controller that died before it told. Each has one event however often it is told; one
 * whose end nobody saw has a second when it is known.
 */
export function eventsOfRuns(before: PolicyStatus, after: PolicyStatus, now: Date): PolicyEvent[] {
  const known = new Set(before.history?.map(verdictOf));
  const { history = [], lastRun } = after;
  const isRecent = (run: FinishedRun, at: number): boolean =>
    now.getTime() - Date.parse(toldTime(run, history.slice(0, at))) < RETOLD_MS;
  return history
    .filter((run, at) => !known.has(verdictOf(run)) || isRecent(run, at))
    .map((run) => endOfRun(run, run.jobUid === lastRun?.jobUid ? lastRun?.hint : undefined));
}

/** Of a run whose end nobody saw this changes, once. */
const verdictOf = ({ jobUid, reason }: FinishedRun): string => `${jobUid} ${reason}`;

/** A run whose end nobody saw is told by the first one after it that left a report. */
const toldTime = (run: FinishedRun, later: readonly FinishedRun[]): string =>
  (isToldLater(run) ? later.findLast((other) => other.runId !== undefined && !isToldLater(other)) : undefined)
    ?.completionTime ?? run.completionTime;

function startOfRun({ activeRun: before }: PolicyStatus, { activeRun: after, history }: PolicyStatus): PolicyEvent[] {
  if (!after || after.jobUid === before?.jobUid) return [];
  // It ended long ago, and its Job is active again after another's: something else in its pod goes on.
  if (history?.some(({ jobUid }) => jobUid === after.jobUid)) return [];
  const note = `${after.trigger === 'Manual' ? 'a run by hand' : 'the scheduled run'} has begun: Job ${after.jobName}`;
  return [{ type: 'Normal', reason: 'BackupStarted', action: 'Run', note }];
}

function missedTime(before: PolicyStatus, { missedScheduleTime: missed, activeRun }: PolicyStatus): PolicyEvent[] {
  if (missed === undefined || missed === before.missedScheduleTime) return [];
  const why = activeRun ? `Job ${activeRun.jobName} still goes on` : 'kube-controller-manager started none in time';
  const note = `no run began at the scheduled time ${missed}, nor within startingDeadlineSeconds: ${why}`;
  return [{ type: 'Warning', reason: 'ScheduleMissed', action: 'Schedule', note, once: `missed ${missed}` }];
}

function endOfRun(run: FinishedRun, hint: string | undefined): PolicyEvent {
  const { jobName, jobUid, result, reason, message } = run;
  return {
    type: result === 'Succeeded' || result === 'Skipped' ? 'Normal' : 'Warning',
    reason: REASON_OF[result],
    action: 'Run',
    note: `Job ${jobName}: ${reason}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    once: isToldLater(run) ? verdictOf(run) : jobUid,
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
