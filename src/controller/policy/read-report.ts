import { z } from 'zod';
import { conditionSchema } from '../../api/conditions.ts';
import {
  backupRefSchema,
  earlierRunSchema,
  MOST_EARLIER_RUNS,
  REPORT_VERSION,
  type RunReport,
  reportSchema,
} from '../../api/report.ts';
import { lastRunSchema } from '../../api/status.ts';

/** Whose report it should be. */
export interface ReportOwner {
  readonly policy: string;
  readonly jobUid: string;
  /** When the Job was made, RFC 3339. */
  readonly jobCreated: string;
  /** Run ids that other Jobs have reported; a run has one Job. */
  readonly knownRunIds: ReadonlySet<string>;
}

/** How far a node's clock may be behind the API server's; retention takes a clock for doubtful from there on, too. */
const CLOCKS_APART_MS = 5 * 60_000;

export type ReportReading =
  | { readonly report: RunReport }
  | {
      readonly report: undefined;
      readonly reason: 'ReportMissing' | 'ReportUnreadable' | 'ReportVersionUnknown' | 'ReportForeign';
      readonly message: string;
    };

/** With the status's limits where they are the tighter: one field that the API server refuses holds up all of a status. */
const storableSchema = reportSchema.extend({
  // An empty id would be no other run's.
  runId: reportSchema.shape.runId.min(1),
  reason: conditionSchema.shape.reason,
  backup: backupRefSchema
    .extend({
      path: lastRunSchema.shape.backupPath.unwrap(),
      contentHash: lastRunSchema.shape.contentHash.unwrap(),
    })
    .optional(),
  // What can't be stored of other runs says nothing against this one.
  earlierRuns: z
    .array(
      earlierRunSchema.extend({ runId: earlierRunSchema.shape.runId.min(1), reason: conditionSchema.shape.reason }),
    )
    .max(MOST_EARLIER_RUNS)
    .optional()
    .catch(undefined),
});

/**
 * The run report in a container's termination message, believed only when it is whole, of the version that this
 * controller knows, and about this Job. Anybody who can start a pod with our label can write one.
 */
export function readReport(text: string | undefined, owner: ReportOwner): ReportReading {
  const fault = (reason: Exclude<ReportReading, { report: RunReport }>['reason'], message: string): ReportReading => ({
    report: undefined,
    reason,
    message,
  });
  if (!text) return fault('ReportMissing', 'the run left no report');
  const json = parseJson(text);
  if (json === undefined)
    return fault('ReportUnreadable', `the run's report is cut off or no JSON (${text.length} characters)`);
  const version = (json as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== REPORT_VERSION)
    return fault(
      'ReportVersionUnknown',
      `the run's report is of version ${version}, this controller reads version ${REPORT_VERSION}; use the job's image of the controller's release`,
    );
  const parsed = storableSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fault('ReportUnreadable', `the run's report breaks its schema at ${issue?.path.join('.') || 'the top'}`);
  }
  const report = parsed.data;
  if (report.policy !== owner.policy)
    return fault('ReportForeign', `the run's report is about policy ${report.policy}`);
  if (report.slot !== owner.jobUid)
    return fault('ReportForeign', `the run's report is about another Job, with the UID ${report.slot}`);
  if (Date.parse(report.startTime) < Date.parse(owner.jobCreated) - CLOCKS_APART_MS)
    return fault(
      'ReportForeign',
      `the run's report is of ${report.startTime}, before its Job was made; unless the node's clock is behind, it is of another run`,
    );
  if (owner.knownRunIds.has(report.runId))
    return fault('ReportForeign', `the run's report repeats run ${report.runId} of another Job`);
  return { report };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
