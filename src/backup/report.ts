import { clip } from '../api/clip.ts';
import { counted } from '../api/counted.ts';
import { EXIT_CODES } from '../api/exit-codes.ts';
import {
  type BackupRef,
  type EarlierRun,
  REPORT_VERSION,
  type Result,
  type RunReport,
  type Verification,
} from '../api/report.ts';
import type { Failure } from '../host/errors.ts';
import { printable } from '../host/printable.ts';
import type { Run } from '../host/run.ts';
import type { Account } from './archive/ledger.ts';
import type { PlanFacts } from './plan-night.ts';

/** Who a report is about. */
export type RunHead = Pick<RunReport, 'runId' | 'policy' | 'slot' | 'startTime'>;

/** How a run ended, and why. */
export type Verdict = Pick<RunReport, 'result' | 'reason' | 'message' | 'exitCode' | 'hint'>;

/** A backup that stands, or is about to: what is in it, and the check that it passed. */
export interface Made {
  readonly account: Pick<Account, 'cases' | 'files' | 'bytes' | 'skipped'>;
  readonly facts: PlanFacts;
  readonly backup: BackupRef;
  readonly verification: Verification;
  readonly earlierRuns: readonly EarlierRun[];
}

export const headOf = ({ runId, policyName, slot, start }: Run): RunHead => ({
  runId,
  policy: policyName,
  slot,
  startTime: start.toISOString(),
});

/** The report of a run of which nothing is known but how it ended: it made no backup, or what it did is on no record. */
export function blankReport(head: RunHead, verdict: Verdict, end: Date): RunReport {
  return {
    version: REPORT_VERSION,
    kind: 'Backup',
    ...head,
    ...verdict,
    stage: 'Preparing',
    completionTime: end.toISOString(),
    durationSeconds: Math.max(0, Math.round((end.getTime() - Date.parse(head.startTime)) / 1000)),
    stageSeconds: {},
    cases: 0,
    files: 0,
    skippedFiles: 0,
    sourceBytes: 0,
    archiveBytes: 0,
    failingPaths: [],
    warnings: [],
  };
}

/** Of a run that made a backup; no other place decides between complete and incomplete. */
export function reportOfMade(run: Run, { account, facts, backup, verification, earlierRuns }: Made): RunReport {
  const { cases, files, bytes, skipped } = account;
  return {
    ...reportOf(run, verdictOn(account, facts)),
    ...facts,
    cases: cases.length,
    files,
    skippedFiles: skipped.count,
    sourceBytes: bytes,
    archiveBytes: backup.bytes,
    failingPaths: skipped.examples.map((path) => clip(printable(path), 1024)),
    backup,
    verification,
    earlierRuns: [...earlierRuns],
  };
}

/** Of a run that made none, whatever it had uploaded; `verification` is one that found something wrong. */
export function reportOfFailure(run: Run, failure: Failure, verification?: Verification): RunReport {
  return { ...reportOf(run, failedVerdict(failure)), ...(verification && { verification }) };
}

/** The same report at a later moment: what the run has spent and warned of until now. */
export function broughtUpToDate(report: RunReport, run: Run): RunReport {
  const { stage, stageSeconds, completionTime, durationSeconds, warnings } = reportOf(run, report);
  return { ...report, stage, stageSeconds, completionTime, durationSeconds, warnings };
}

export function failedVerdict(failure: Failure): Verdict {
  return {
    result: resultOf(failure),
    reason: failure.code,
    message: clip(failure.message, 1024),
    exitCode: failure.exitCode,
    ...(failure.hint === undefined ? {} : { hint: clip(failure.hint, 512) }),
  };
}

function reportOf(run: Run, verdict: Verdict): RunReport {
  return {
    ...blankReport(headOf(run), verdict, run.clock.now()),
    stage: run.progress.stage,
    stageSeconds: run.progress.stageSeconds(),
    warnings: run.warnings.slice(0, 20).map((warning) => clip(warning, 512)),
  };
}

function verdictOn({ cases, files, skipped }: Made['account'], { baseline }: PlanFacts): Verdict {
  const isFirst = baseline?.kind === 'FirstBackup';
  if (skipped.count === 0) {
    const message = `${counted(cases.length, 'case')}, ${counted(files, 'file')}${isFirst ? '; the first backup in this folder' : ''}`;
    return { result: 'Succeeded', reason: 'Verified', message, exitCode: EXIT_CODES.succeeded };
  }
  const reasons = [...skipped.byReason].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const missing = `${skipped.count} of ${files + skipped.count} listed files ${skipped.count === 1 ? 'is' : 'are'} not in the backup`;
  return {
    result: 'Incomplete',
    reason: 'FilesMissing',
    message: clip(`${missing}: ${reasons}${isFirst ? '; the first backup in this folder' : ''}`, 1024),
    exitCode: EXIT_CODES.incomplete,
    hint: 'files.jsonl in the backup names every one of them with its reason',
  };
}

function resultOf(failure: Failure): Result {
  if (failure.exit === 'leaseHeld') return 'Skipped';
  if (failure.exit === 'interrupted' || failure.exit === 'terminated') return 'Interrupted';
  return 'Failed';
}
