import type { Verification } from '../api/report.ts';

/** One row of backup_logs as the job hands it over; `completed` stands for a verified run only. */
export interface JournalRow {
  readonly runId: string;
  readonly policy: string;
  readonly backupDate: Date;
  readonly backupPath: string | undefined;
  readonly totalCases: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
  readonly status: JournalStatus;
  readonly errorMessage: string | undefined;
  readonly verification: Verification | undefined;
  readonly contentHash: string | undefined;
  /** Undefined where the run did not come to measure it, or the destination can't tell. */
  readonly storage: JournalStorage | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

/** The destination after the run. */
export interface JournalStorage {
  readonly usedBytes: number;
  readonly allocatedBytes: number;
  /** How many more backups of this size fit; undefined where the run left none. */
  readonly nightsLeft: number | undefined;
}

export const JOURNAL_STATUSES = ['running', 'completed', 'incomplete', 'failed', 'skipped', 'interrupted'] as const;
export type JournalStatus = (typeof JOURNAL_STATUSES)[number];

/**
 * The run log in Postgres. Every call is bounded in time and may throw; the caller warns and goes on, because a
 * database that is down never stops a backup. What is missing is written by a later run from the run records.
 */
export interface Journal {
  /** Inserts the row, or brings the row of that run up to date; a finished row is never turned back into a running one. */
  write(row: JournalRow): Promise<void>;
  /** Those of the given runs that have no finished row yet (none at all, or one that still says running). */
  unfinished(runIds: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}
