import type { Policy, PolicySpec } from '../api/policy.ts';
import type { BackupRef, RunReport, Verification } from '../api/report.ts';
import type { Clock } from '../host/clock.ts';
import type { Log } from '../host/log.ts';
import type { Progress } from '../host/progress.ts';
import type { Journal } from '../journal/journal.ts';
import type { Source, Store } from '../store/store.ts';
import type { Totals } from './guards.ts';

/** What one run works with; made once, passed to every step. */
export interface Night {
  readonly policy: Policy;
  readonly spec: PolicySpec;
  readonly runId: string;
  readonly slot: string;
  readonly start: Date;
  readonly source: Source;
  readonly destination: Store;
  /** Connects within that many milliseconds or throws; ends with the signal. Undefined where no database is configured. */
  readonly openJournal: ((budgetMs: number, signal: AbortSignal) => Promise<Journal>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: Progress;
  /** Where the work folder is made: an emptyDir in Kubernetes, the system's temporary folder by hand. */
  readonly workParent: string;
  /** Aborts with the Failure that the run will report: a signal, the deadline, a lost lease. */
  readonly signal: AbortSignal;
  readonly facts: Facts;
}

/** What the run has found out so far; the report is made of it however the run ends. */
export interface Facts {
  listed?: Totals;
  archived: { cases: number; files: number; bytes: number };
  skipped: { count: number; byReason: Map<string, number>; examples: string[] };
  archiveBytes: number;
  backup?: BackupRef;
  verification?: Verification;
  retention?: NonNullable<RunReport['retention']>;
  quota?: NonNullable<RunReport['quota']>;
  logWritten?: boolean;
  readonly warnings: string[];
}

export const noFacts = (): Facts => ({
  archived: { cases: 0, files: 0, bytes: 0 },
  skipped: { count: 0, byReason: new Map(), examples: [] },
  archiveBytes: 0,
  warnings: [],
});

/** Something that does not stop the run but that somebody should know. */
export function warn(night: Pick<Night, 'log' | 'facts'>, code: string, sentence: string): void {
  night.log.warn({ code }, sentence);
  night.facts.warnings.push(`${code}: ${sentence}`);
}
