import { wholeSecond } from '../../api/conditions.ts';
import { counted } from '../../api/counted.ts';
import { EXIT_CODES } from '../../api/exit-codes.ts';
import { exitOfReason } from '../../api/failure-codes.ts';
import type { EarlierRun } from '../../api/report.ts';
import { type FinishedRun, finishedRunSchema, HISTORY_LENGTH } from '../../api/status.ts';
import { isUnseen } from './outcome.ts';

/** A run in the history whose end nobody saw, and what a later run has found on record of it. */
export interface ToldLater {
  readonly unseen: FinishedRun;
  readonly run: FinishedRun;
}

/** Where it was told, and what else is known. */
export interface Telling {
  /** When the later run ended, by the cluster's clock. */
  readonly until: string;
  /** UIDs of Jobs that are there, or whose runs were counted elsewhere than in the history. */
  readonly otherJobs: ReadonlySet<string>;
}

const NOBODY_SAW = 'nobody saw its end; ';
export const isToldLater = ({ message }: FinishedRun): boolean => message.startsWith(NOBODY_SAW);

/**
 * The run of the history that a later run's report speaks of, as it really ended; undefined where its end was seen, or
 * nothing is known of it here.
 */
export function toldLater(
  history: readonly FinishedRun[],
  told: EarlierRun,
  { until, otherJobs }: Telling,
): ToldLater | undefined {
  const unseen = isBelievable(told) ? unseenIn(history, told, otherJobs) : undefined;
  if (!unseen) return undefined;
  const { slot: jobUid, runId, result, reason, backupPath, cases, files, sourceBytes, archiveBytes } = told;
  const backup = backupPath === undefined ? {} : { backupPath, cases, files, sourceBytes, archiveBytes };
  const made =
    cases === undefined || files === undefined ? '' : `: ${counted(cases, 'case')}, ${counted(files, 'file')}`;
  const completionTime = completionOf(history, unseen, told, until);
  const run: FinishedRun = {
    ...unseen,
    jobUid,
    runId,
    result,
    reason,
    ...exitCodeOf(told),
    message: `${NOBODY_SAW}a later run has read its record, which says ${result}${made}`,
    completionTime,
    ...(unseen.startTime !== undefined && {
      durationSeconds: Math.round((Date.parse(completionTime) - Date.parse(unseen.startTime)) / 1000),
    }),
    ...backup,
  };
  return { unseen, run };
}

function exitCodeOf({ result, reason }: EarlierRun): Pick<FinishedRun, 'exitCode'> {
  if (result === 'Succeeded') return { exitCode: EXIT_CODES.succeeded };
  const exit = result === 'Incomplete' ? 'incomplete' : exitOfReason(reason);
  return exit === undefined ? {} : { exitCode: EXIT_CODES[exit] };
}

/** What says that a backup was made has to name one that was verified; and a record is no witness of an end unseen. */
const isBelievable = ({ result, reason, slot, backupPath, level }: EarlierRun): boolean =>
  !isUnseen({ result, reason }) &&
  finishedRunSchema.shape.jobUid.safeParse(slot).success &&
  ((result !== 'Succeeded' && result !== 'Incomplete') || (backupPath !== undefined && level !== undefined));

/**
 * By the Job's UID. Of a Job that came and went unseen nothing is known but its scheduled time: the run that began next,
 * and before any other of the schedule, was its, unless the Job that it was is still to be seen.
 */
function unseenIn(
  history: readonly FinishedRun[],
  { slot, runId, startTime }: EarlierRun,
  otherJobs: ReadonlySet<string>,
): FinishedRun | undefined {
  if (history.some((run) => run.runId === runId)) return undefined;
  const own = history.find((run) => run.jobUid === slot);
  if (own) return isUnseen(own) ? own : undefined;
  if (otherJobs.has(slot)) return undefined;
  const begun = (run: FinishedRun): number => Date.parse(run.startTime ?? run.completionTime);
  const last = history
    .filter((run) => run.trigger === 'Scheduled' && begun(run) <= Date.parse(startTime))
    .toSorted((a, b) => begun(b) - begun(a))[0];
  return last?.reason === 'JobUnseen' ? last : undefined;
}

/**
 * The record's time is that of a node, so it counts within what the cluster knows: not after somebody noticed that the
 * Job was gone, nor before the oldest of a full history, behind which everything counts as told.
 */
function completionOf(
  history: readonly FinishedRun[],
  { startTime, completionTime, reason }: FinishedRun,
  told: EarlierRun,
  until: string,
): string {
  const oldest = history.length < HISTORY_LENGTH ? undefined : history.at(-1)?.completionTime;
  const earliest = Math.max(...[startTime, oldest].map((time) => (time === undefined ? 0 : Date.parse(time))));
  const latest = Date.parse(reason === 'JobUnseen' ? until : completionTime);
  return wholeSecond(new Date(Math.max(earliest, Math.min(latest, Date.parse(told.completionTime)))));
}
