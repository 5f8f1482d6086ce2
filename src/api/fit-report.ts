import { clip } from './clip.ts';
import type { RunReport } from './report.ts';

/** Kubernetes keeps 4,096 bytes of a container's termination message and cuts the rest, which would be no JSON. */
export const TERMINATION_MESSAGE_BYTES = 4096;

/**
 * The report as JSON of at most `limit` bytes. What goes first is what a person misses least: failing paths, warnings,
 * stage times, earlier runs (the newest last), the hint, then the message's tail. Result, reason, exit code, counts and backup always stay.
 */
export function fitReport(report: RunReport, limit = TERMINATION_MESSAGE_BYTES): string {
  let text = JSON.stringify(report);
  for (const shorten of SHORTENINGS) {
    if (Buffer.byteLength(text) <= limit) return text;
    report = shorten(report);
    text = JSON.stringify(report);
  }
  return text;
}

const SHORTENINGS: readonly ((report: RunReport) => RunReport)[] = [
  (report) => ({ ...report, failingPaths: report.failingPaths.map((path) => clip(path, 120)) }),
  (report) => ({ ...report, warnings: report.warnings.slice(0, 5).map((warning) => clip(warning, 200)) }),
  (report) => (report.earlierRuns ? { ...report, earlierRuns: report.earlierRuns.slice(0, 1) } : report),
  (report) => ({ ...report, failingPaths: [] }),
  (report) => ({ ...report, warnings: [] }),
  (report) => ({ ...report, stageSeconds: {} }),
  ({ earlierRuns: _, ...report }) => report,
  ({ hint: _, ...report }) => ({ ...report, message: clip(report.message, 200) }),
];
