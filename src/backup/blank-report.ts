import { REPORT_VERSION, type RunReport } from '../api/report.ts';
import type { Verdict } from './build-report.ts';

/** The report of a run of which nothing is known but how it ended: it did no work, or what it did is on no record. */
export function blankReport(
  run: Pick<RunReport, 'runId' | 'policy' | 'slot' | 'startTime'>,
  verdict: Verdict,
  end: Date,
): RunReport {
  const { runId, policy, slot, startTime } = run;
  return {
    version: REPORT_VERSION,
    runId,
    policy,
    slot,
    ...verdict,
    stage: 'Preparing',
    startTime,
    completionTime: end.toISOString(),
    durationSeconds: Math.max(0, Math.round((end.getTime() - Date.parse(startTime)) / 1000)),
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
