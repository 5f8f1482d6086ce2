import type { Condition, ConditionType } from '../api/conditions.ts';
import type { Result } from '../api/report.ts';
import type { PolicyStatus } from '../api/status.ts';
import type { EndedRun } from './run-history.ts';

export interface PolicyEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
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

/** What `kubectl describe` should tell of a change of status; nothing when nothing changed. */
export function eventsOf(before: PolicyStatus, after: PolicyStatus, ended: readonly EndedRun[]): PolicyEvent[] {
  return [
    ...startOfRun(before, after),
    ...ended.map(endOfRun),
    ...changesOf(before.conditions ?? [], after.conditions ?? []),
  ];
}

function startOfRun({ activeRun: before }: PolicyStatus, { activeRun: after }: PolicyStatus): PolicyEvent[] {
  if (!after || after.jobUid === before?.jobUid) return [];
  const note = `${after.trigger === 'Manual' ? 'a run by hand' : 'the scheduled run'} has begun: Job ${after.jobName}`;
  return [{ type: 'Normal', reason: 'BackupStarted', action: 'Run', note }];
}

function endOfRun({ jobName, outcome }: EndedRun): PolicyEvent {
  const { result, reason, message, hint } = outcome;
  return {
    type: result === 'Succeeded' || result === 'Skipped' ? 'Normal' : 'Warning',
    reason: REASON_OF[result],
    action: 'Run',
    note: clip(`Job ${jobName}: ${reason}: ${message}${hint === undefined ? '' : `; ${hint}`}`),
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
      return [{ type: 'Warning', reason, action: `Check${type}`, note: clip(`${type} is False: ${message}`) }];
    if (status === 'True' && hasTurned && (known?.status === 'False' || type === 'Ready'))
      return [{ type: 'Normal', reason: type, action: `Check${type}`, note: clip(`${type} is True: ${message}`) }];
    return [];
  });
}

/** events.k8s.io/v1 takes notes of at most 1,024 bytes. */
function clip(note: string): string {
  if (Buffer.byteLength(note) <= 1024) return note;
  return `${Buffer.from(note)
    .subarray(0, 1000)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
