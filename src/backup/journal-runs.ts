import { counted } from '../api/counted.ts';
import type { RunReport } from '../api/report.ts';
import { asFailure, Failure, messageOf } from '../host/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunRecord } from '../repository/record.ts';
import { rowOf } from './journal-row.ts';
import type { Night } from './night.ts';

/** What became of the log: brought up to date, not, or none is asked for. */
export type Logged = 'written' | 'failed' | 'unwanted';

/** The same in a report, which says nothing of a log that nobody wants. */
export const loggedAs = (logged: Logged): Pick<RunReport, 'logWritten'> =>
  logged === 'unwanted' ? {} : { logWritten: logged === 'written' };

/** Of which runs the log is to hear. */
export interface ToLog {
  readonly records: readonly RunRecord[];
  /** The run that this night reports: only its row decides whether the night was logged. */
  readonly own: string;
}

/**
 * Brings the log up to the run records: our own row and those that earlier runs could not write. A database that is down
 * is a warning, never a failed backup. One that hangs is waited for once, not for each row: the lease is held meanwhile,
 * and a pod that was stopped is killed after 30 s.
 */
export async function journalRuns(
  night: Night,
  { records, own }: ToLog,
  budgetMs: number,
  signal = night.signal,
): Promise<Logged> {
  if (!night.openJournal) return withoutDatabase(night);
  const end = night.clock.elapsed() + budgetMs;
  try {
    const journal = await night.openJournal(budgetMs, signal, night.waits);
    try {
      const finished = records.filter((record) => record.state === 'finished');
      const missing = new Set(await journal.unfinished(finished.map((record) => record.runId)));
      const refusals = await writeNewestFirst(
        journal,
        finished.filter((record) => missing.has(record.runId)),
        () => night.clock.elapsed() > end,
      );
      tellOfRefused(night, refusals, own);
    } finally {
      await journal.close();
    }
    return 'written';
  } catch (error) {
    const { code, message, hint } = asFailure(error);
    night.warn(
      'LogNotWritten',
      `the run could not be logged in Postgres (${code}), a later run will do it: ${message}${hint === undefined ? '' : `; ${hint}`}`,
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

/** A row that the log does not take, and why. */
interface Refusal {
  readonly runId: string;
  readonly error: unknown;
}

/** Each row that is refused must keep no other out, but a database that is away or too slow is the same for all. */
async function writeNewestFirst(
  journal: Journal,
  records: readonly RunRecord[],
  isLate: () => boolean,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const newestFirst = records.toSorted((a, b) => (a.runId < b.runId ? 1 : -1));
  for (const [written, record] of newestFirst.entries()) {
    if (isLate())
      throw new Failure(
        'JournalUnavailable',
        `Postgres was too slow for all that there is to log: ${written} of ${counted(records.length, 'row')}`,
        { hint: 'see what keeps it busy; each run goes on where the one before it stopped' },
      );
    try {
      await journal.write(rowOf(record));
    } catch (error) {
      if (asFailure(error).code === 'JournalUnavailable') throw error;
      refusals.push({ runId: record.runId, error });
    }
  }
  return refusals;
}

/**
 * Throws where the night's own row was refused. Rows of others (one of a login of before, one that a trigger drops) would
 * hold retention for as long as their records stand, and nobody need ever mend them.
 */
function tellOfRefused(night: Night, refusals: readonly Refusal[], own: string): void {
  const ours = refusals.find(({ runId }) => runId === own);
  if (ours) throw ours.error;
  const [first] = refusals;
  if (first)
    night.warn(
      'EarlierRunsNotLogged',
      `Postgres refuses the rows of ${counted(refusals.length, 'earlier run')}, the first of run ${first.runId}: ${messageOf(first.error)}`,
    );
}

const START_BUDGET_MS = 30_000;

/** Runs `work` while the row that says `running` is written, once the record does; when the work has ended nothing waits for the row. */
export async function whileStartIsLogged<T>(
  night: Night,
  begun: Promise<RunRecord>,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const logged = begun.then(
    (record) => journalStart(night, record, over.signal),
    () => undefined,
  );
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
  if (!night.openJournal || signal.aborted) return;
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
