import type { Result, RunReport } from '../api/report.ts';
import { asFailure, messageOf } from '../host/errors.ts';
import type { Journal, JournalRow, JournalStatus } from '../journal/journal.ts';
import { mainArchive, type RunRecord } from '../repository/record.ts';
import type { Night } from './night.ts';
import { nightsLeft } from './nights-left.ts';

const STATUS_OF: Readonly<Record<Result, JournalStatus>> = {
  Succeeded: 'completed',
  Incomplete: 'incomplete',
  Failed: 'failed',
  Skipped: 'skipped',
  Interrupted: 'interrupted',
};

/** What became of the log: brought up to date, not, or none is asked for. */
export type Logged = 'written' | 'failed' | 'unwanted';

/** The same in a report, which says nothing of a log that nobody wants. */
export const loggedAs = (logged: Logged): Pick<RunReport, 'logWritten'> =>
  logged === 'unwanted' ? {} : { logWritten: logged === 'written' };

/**
 * Brings the log up to the run records: our own row and those that earlier runs could not write. A database that is down
 * is a warning, never a failed backup. A server that never answers must not hold up a run that was stopped: a pod is
 * killed after 30 s.
 */
export async function journalRuns(
  night: Night,
  records: readonly RunRecord[],
  budgetMs: number,
  signal = night.signal,
): Promise<Logged> {
  if (!night.openJournal) return withoutDatabase(night);
  try {
    const journal = await night.openJournal(budgetMs, signal);
    try {
      const finished = records.filter((record) => record.state === 'finished');
      const missing = new Set(await journal.unfinished(finished.map((record) => record.runId)));
      await writeNewestFirst(
        journal,
        finished.filter((record) => missing.has(record.runId)),
      );
    } finally {
      await journal.close();
    }
    return 'written';
  } catch (error) {
    night.warn(
      'LogNotWritten',
      `the run could not be logged in Postgres (${asFailure(error).code}), a later run will do it: ${messageOf(error)}`,
    );
    return 'failed';
  }
}

/** A missing URL is no reason to go without a backup, but whoever named a logStore must learn of it. */
function withoutDatabase(night: Night): Logged {
  if (!night.spec.logStore) return 'unwanted';
  night.warn('LogNotWritten', 'the policy names a logStore, but DATABASE_URL is not set; check its secretRef');
  return 'failed';
}

/** A row that is refused (an old one after a change of login) must not keep tonight's out; the first error is thrown last. */
async function writeNewestFirst(journal: Journal, records: readonly RunRecord[]): Promise<void> {
  const errors: unknown[] = [];
  for (const record of records.toSorted((a, b) => (a.runId < b.runId ? 1 : -1))) {
    try {
      await journal.write(rowOf(record));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

const START_BUDGET_MS = 30_000;

/** Runs `work` while the row that says `running` is written; once the work has ended nothing waits for the row. */
export async function whileStartIsLogged<T>(night: Night, record: RunRecord, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const logged = journalStart(night, record, over.signal);
  try {
    return await work();
  } finally {
    // The row that says how the run ended says all that this one would: a backup that is done must not wait for it.
    over.abort();
    await logged;
  }
}

/** Never throws. */
async function journalStart(night: Night, record: RunRecord, signal: AbortSignal): Promise<void> {
  if (!night.openJournal) return;
  try {
    const journal = await night.openJournal(START_BUDGET_MS, signal);
    try {
      await journal.write(rowOf(record));
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (signal.aborted) return;
    night.log.warn(
      { code: 'LogNotWritten' },
      `the start could not be logged in Postgres (${asFailure(error).code}): ${messageOf(error)}`,
    );
  }
}

export function rowOf(record: RunRecord): JournalRow {
  const { report } = record;
  const done = record.state === 'finished' ? report : undefined;
  return {
    runId: record.runId,
    policy: record.policy,
    backupDate: new Date(record.startTime),
    backupPath: mainArchive(record)?.path,
    totalCases: done?.cases ?? 0,
    totalFiles: done?.files ?? 0,
    totalBytes: done?.sourceBytes ?? 0,
    status: done ? STATUS_OF[done.result] : 'running',
    errorMessage: done && done.result !== 'Succeeded' ? `${done.reason}: ${done.message}` : undefined,
    verification: done?.verification,
    contentHash: mainArchive(record)?.contentHash,
    storage: done?.quota && {
      usedBytes: done.quota.usedBytes,
      allocatedBytes: done.quota.allocatedBytes,
      nightsLeft: nightsLeft(done.quota, mainArchive(record)?.bytes),
    },
    startedAt: new Date(record.startTime),
    finishedAt: done ? new Date(done.completionTime) : undefined,
  };
}
