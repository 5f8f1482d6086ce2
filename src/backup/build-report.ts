import { clip } from '../api/clip.ts';
import { counted } from '../api/counted.ts';
import { EXIT_CODES } from '../api/exit-codes.ts';
import { REPORT_VERSION, type Result, type RunReport } from '../api/report.ts';
import type { Failure } from '../host/errors.ts';
import type { Night } from './night.ts';

/** The report as a function of what the night found and of what ended it; no other place decides between good and bad. */
export function buildReport(night: Night, failure: Failure | undefined): RunReport {
  const { facts, progress, start, clock } = night;
  const end = clock.now();
  return {
    version: REPORT_VERSION,
    runId: night.runId,
    policy: night.policy.metadata.name,
    slot: night.slot,
    ...verdict(night, failure),
    stage: progress.stage,
    startTime: start.toISOString(),
    completionTime: end.toISOString(),
    durationSeconds: Math.max(0, Math.round((end.getTime() - start.getTime()) / 1000)),
    stageSeconds: progress.stageSeconds(),
    cases: facts.archived.cases,
    files: facts.archived.files,
    skippedFiles: facts.skipped.count,
    sourceBytes: facts.archived.bytes,
    archiveBytes: facts.archiveBytes,
    failingPaths: facts.skipped.examples.map((path) => clip(path, 1024)),
    ...(facts.backup && { backup: facts.backup }),
    ...(facts.verification && { verification: facts.verification }),
    ...(facts.retention && { retention: facts.retention }),
    ...(facts.quota && { quota: facts.quota }),
    ...(facts.logWritten === undefined ? {} : { logWritten: facts.logWritten }),
    warnings: facts.warnings.slice(0, 20).map((warning) => clip(warning, 512)),
  };
}

/** How a run ended, and why. */
export type Verdict = Pick<RunReport, 'result' | 'reason' | 'message' | 'exitCode' | 'hint'>;

export function failedVerdict(failure: Failure): Verdict {
  return {
    result: resultOf(failure),
    reason: failure.code,
    message: clip(failure.message, 1024),
    exitCode: failure.exitCode,
    ...(failure.hint === undefined ? {} : { hint: clip(failure.hint, 512) }),
  };
}

function verdict({ facts }: Night, failure: Failure | undefined): Verdict {
  if (failure) return failedVerdict(failure);
  const { cases, files } = facts.archived;
  if (facts.skipped.count > 0) {
    const reasons = [...facts.skipped.byReason].map(([reason, count]) => `${count} ${reason}`).join(', ');
    return {
      result: 'Incomplete',
      reason: 'FilesMissing',
      message: clip(
        `${facts.skipped.count} of ${files + facts.skipped.count} listed files ${facts.skipped.count === 1 ? 'is' : 'are'} not in the backup: ${reasons}`,
        1024,
      ),
      exitCode: EXIT_CODES.incomplete,
      hint: 'files.jsonl in the backup names every one of them with its reason',
    };
  }
  return {
    result: 'Succeeded',
    reason: 'Verified',
    message: `${counted(cases, 'case')}, ${counted(files, 'file')}`,
    exitCode: EXIT_CODES.succeeded,
  };
}

function resultOf(failure: Failure): Result {
  if (failure.exit === 'leaseHeld') return 'Skipped';
  if (failure.exit === 'interrupted' || failure.exit === 'terminated') return 'Interrupted';
  return 'Failed';
}
