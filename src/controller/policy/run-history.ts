import { wholeSecond } from '../../api/conditions.ts';
import { EXIT_CODES } from '../../api/exit-codes.ts';
import {
  type BackupRef,
  type Baseline,
  type EarlierRun,
  hasPassed,
  RESULTS,
  type Result,
  STAGES,
} from '../../api/report.ts';
import {
  type FinishedRun,
  HISTORY_LENGTH,
  type LastRun,
  type PolicyStatus,
  TRIGGERS,
  type Trigger,
} from '../../api/status.ts';
import { isUnseen, type Outcome } from './outcome.ts';
import { type Telling, toldLater } from './told-later.ts';

/** A run that has ended and is not in the history yet. */
export interface EndedRun {
  readonly jobName: string;
  readonly jobUid: string;
  readonly trigger: Trigger;
  readonly startTime?: string | undefined;
  readonly outcome: Outcome;
}

/**
 * The status after some runs have ended: history, counts, and all that is said of the last run and the last success.
 * `otherJobs` are the UIDs of Jobs that are there, or whose runs were counted elsewhere than in the history.
 */
export function recordRuns(
  before: PolicyStatus,
  ended: readonly EndedRun[],
  otherJobs: ReadonlySet<string> = new Set(),
): PolicyStatus {
  const inOrder = ended.toSorted((a, b) => compare(a.outcome.completionTime, b.outcome.completionTime));
  return inOrder.reduce(
    (status, { outcome: { report, completionTime: until } }) =>
      learnOfEarlier(status, report?.earlierRuns ?? [], { until, otherJobs }),
    inOrder.reduce(recordRun, before),
  );
}

/** What a run's report says of those before it, whose ends may have been seen by nobody. */
function learnOfEarlier(before: PolicyStatus, newestFirst: readonly EarlierRun[], telling: Telling): PolicyStatus {
  return newestFirst.reduceRight((status, told) => learn(status, told, telling), before);
}

/** A run whose end was unseen stands in the history and was not counted: out with it, and what it was is recorded. */
function learn(before: PolicyStatus, told: EarlierRun, telling: Telling): PolicyStatus {
  const { history = [], lastRun, ...others } = before;
  const found = toldLater(history, told, telling);
  if (!found) return before;
  const seen = history.filter((run) => run !== found.unseen);
  const last = lastRun?.jobUid === found.unseen.jobUid ? seen[0] : lastRun;
  const run = withoutUndefined(found.run);
  const status = { ...others, history: seen, ...(last && { lastRun: last }) };
  return {
    ...recordFinished(status, run),
    ...(isNewest(status, run) ? { lastRun: run } : {}),
    ...verifiedLater(status, run, told),
  };
}

function verifiedLater({ lastVerification }: PolicyStatus, run: FinishedRun, { level }: EarlierRun): PolicyStatus {
  const { completionTime, backupPath, exitCode } = run;
  const isOlder = lastVerification !== undefined && lastVerification.completionTime >= completionTime;
  if (exitCode === EXIT_CODES.mismatch && !isOlder)
    return { lastVerification: { level: 'Standard', result: 'Failed', completionTime } };
  if (level === undefined || backupPath === undefined || isOlder) return {};
  return { lastVerification: { level, result: 'Succeeded', completionTime, backupPath } };
}

function recordRun(before: PolicyStatus, ended: EndedRun): PolicyStatus {
  const run = finishedRun(ended);
  if (!isNewest(before, run)) return recordFinished(before, run);
  const status = ended.outcome.report ? withoutLogWritten(before) : before;
  return { ...recordFinished(status, run), ...ofNewest(status, ended, run) };
}

const isNewest = ({ lastRun }: PolicyStatus, { completionTime }: FinishedRun): boolean =>
  lastRun === undefined || lastRun.completionTime <= completionTime;

function recordFinished(status: PolicyStatus, run: FinishedRun): PolicyStatus {
  return {
    ...status,
    runCounts: counted(status.runCounts ?? [], isUnseen(run) ? undefined : run),
    history: [run, ...(status.history ?? [])]
      .toSorted((a, b) => compare(b.completionTime, a.completionTime))
      .slice(0, HISTORY_LENGTH),
    ...successOf(status, run),
    ...failureOf(status, run),
  };
}

/** A report that says nothing of the log is of a policy that has none any more. */
const withoutLogWritten = ({ logWritten: _, ...status }: PolicyStatus): PolicyStatus => status;

function finishedRun({ jobName, jobUid, trigger, startTime, outcome }: EndedRun): FinishedRun {
  const { report, result, reason, message, exitCode, completionTime } = outcome;
  const seconds = startTime === undefined ? undefined : (Date.parse(completionTime) - Date.parse(startTime)) / 1000;
  return withoutUndefined({
    runId: report?.runId,
    jobName,
    jobUid,
    trigger,
    result,
    reason,
    message,
    exitCode,
    startTime,
    completionTime,
    durationSeconds: seconds === undefined ? undefined : Math.max(0, Math.round(seconds)),
    cases: report?.cases,
    files: report?.files,
    skippedFiles: report?.skippedFiles,
    excludedFiles: report?.excludedFiles,
    goneCases: report?.goneCases,
    sourceBytes: report?.sourceBytes,
    archiveBytes: report?.archiveBytes,
    backupPath: backupOf(outcome)?.path,
  });
}

/**
 * The backup of a run that left one: a run that has failed may have uploaded something and looked at it, and yet nothing
 * stands that anybody could restore from. The Job and the report must agree that it did not.
 */
function backupOf({ result, report }: Outcome): BackupRef | undefined {
  return report && LEAVES_A_BACKUP.has(result) && LEAVES_A_BACKUP.has(report.result) ? report.backup : undefined;
}

/** An interrupted run has one if it came as far as moving it into place, which its report then says. */
const LEAVES_A_BACKUP: ReadonlySet<Result> = new Set(['Succeeded', 'Incomplete', 'Interrupted']);

function ofNewest(status: PolicyStatus, { outcome }: EndedRun, run: FinishedRun): PolicyStatus {
  const { report, hint } = outcome;
  const stageSeconds = STAGES.flatMap((stage) => {
    const seconds = report?.stageSeconds[stage];
    return seconds === undefined ? [] : [{ stage, seconds }];
  });
  const lastRun: LastRun = withoutUndefined({
    ...run,
    hint,
    contentHash: backupOf(outcome)?.contentHash,
    failingPaths: report?.failingPaths.length ? report.failingPaths : undefined,
    stageSeconds: stageSeconds.length > 0 ? stageSeconds : undefined,
    warnings: report?.warnings.length ? report.warnings : undefined,
  });
  return withoutUndefined({
    lastRun,
    lastVerification: verificationOf(outcome) ?? status.lastVerification,
    retention: checkedBy(run.completionTime, report?.retention) ?? status.retention,
    quota: checkedBy(run.completionTime, report?.quota) ?? status.quota,
    logWritten: report?.logWritten ?? status.logWritten,
    baseline: baselineOf(status, report?.baseline) ?? status.baseline,
  });
}

/** A destination where nothing ever stood, under a policy that has had a verified backup: it lost its memory. */
function baselineOf(status: PolicyStatus, baseline: Baseline | undefined): PolicyStatus['baseline'] {
  return baseline?.kind === 'FirstBackup' && status.lastSuccess ? { kind: 'Forgotten' } : baseline;
}

/**
 * The exit code alone tells of a mismatch. That a check found nothing wrong is for the report to say, and only of a
 * backup that stands; that it found something wrong is believed of any run.
 */
function verificationOf(outcome: Outcome): PolicyStatus['lastVerification'] {
  const { report, exitCode, completionTime } = outcome;
  const verification = report?.verification;
  if (exitCode === EXIT_CODES.mismatch)
    return { level: verification?.level ?? 'Standard', result: 'Failed', completionTime };
  if (!verification) return undefined;
  const backup = backupOf(outcome);
  const passed = hasPassed(verification);
  if (passed && !backup) return undefined;
  return withoutUndefined({
    level: verification.level,
    result: passed ? ('Succeeded' as const) : ('Failed' as const),
    completionTime: notAfter(completionTime, seconds(verification.timestamp)),
    backupPath: backup?.path,
  });
}

/**
 * What a clock that is ahead has looked at would be the newest of its kind until that day has come, and alerts that wait for
 * the next look would wait as long.
 */
const notAfter = (end: string, time: string): string => (Date.parse(time) > Date.parse(end) ? end : time);
const checkedBy = <T extends { readonly checkedTime: string }>(end: string, seen: T | undefined): T | undefined =>
  seen && { ...seen, checkedTime: notAfter(end, seen.checkedTime) };

function successOf(status: PolicyStatus, run: FinishedRun): PolicyStatus {
  if (run.result !== 'Succeeded') return {};
  if (status.lastSuccessTime !== undefined && status.lastSuccessTime > run.completionTime) return {};
  return { lastSuccessTime: run.completionTime, lastSuccess: run };
}

/**
 * Runs may be seen out of order, so each counts by its time: a success ends the failures before it and no other, and a
 * failure before the newest success is over. Skipped is neither: another run was at work.
 */
function failureOf(status: PolicyStatus, run: FinishedRun): PolicyStatus {
  const { consecutiveFailures: failures = 0, history = [], lastFailureTime, lastSuccessTime } = status;
  if (run.result === 'Skipped' || isUnseen(run)) return { consecutiveFailures: failures };
  const isOver = lastSuccessTime !== undefined && lastSuccessTime > run.completionTime;
  if (run.result === 'Succeeded') {
    const later = history.filter((other) => isFailure(other) && other.completionTime > run.completionTime);
    return { consecutiveFailures: isOver ? failures : later.length };
  }
  const isLater = lastFailureTime === undefined || lastFailureTime < run.completionTime;
  return {
    consecutiveFailures: isOver ? failures : failures + 1,
    ...(isLater ? { lastFailureTime: run.completionTime } : {}),
  };
}

const isFailure = (run: FinishedRun): boolean =>
  run.result !== 'Succeeded' && run.result !== 'Skipped' && !isUnseen(run);

/** Every pair of trigger and result, so that a series begins at 0 and its first increase is seen. */
function counted(
  counts: NonNullable<PolicyStatus['runCounts']>,
  run: FinishedRun | undefined,
): NonNullable<PolicyStatus['runCounts']> {
  return TRIGGERS.flatMap((trigger) =>
    RESULTS.map((result) => {
      const before = counts.find((entry) => entry.trigger === trigger && entry.result === result);
      const isIts = trigger === run?.trigger && result === run.result;
      return { ...before, trigger, result, count: (before?.count ?? 0) + (isIts ? 1 : 0) };
    }),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const seconds = (time: string): string => wholeSecond(new Date(time));

/** Absent fields are left out: an applied `undefined` would be no field, and a difference in every comparison. */
function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
