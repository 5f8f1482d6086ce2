import type { RunReport, Verification } from '../api/report.ts';
import { type Failure, messageOf } from '../host/errors.ts';
import { sweepIncoming } from '../repository/incoming.ts';
import type { Lease } from '../repository/lease.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import { journalRuns, loggedAs } from './journal-runs.ts';
import type { Night } from './night.ts';
import { broughtUpToDate, reportOfFailure } from './report.ts';

/** A pod has 30 s between SIGTERM and SIGKILL; the rest is for the process to end. */
const CLOSING_MS = 15_000;
const JOURNAL_MS = 8_000;

export interface Unfinished {
  readonly keeper: RecordKeeper;
  readonly lease: Lease | undefined;
  /** Whether source and destination were found usable: before that nothing may be written there. */
  readonly prepared: boolean;
}

/**
 * Tidies up after a run that did not make it and returns its report. Each step is tried on its own and its failure only
 * logged: the next run cleans up whatever stays.
 */
export async function closeFailed(
  night: Night,
  { failure, verification }: { readonly failure: Failure; readonly verification?: Verification },
  { keeper, lease, prepared }: Unfinished,
): Promise<RunReport> {
  const report = reportOfFailure(night, failure, verification);
  const signal = AbortSignal.timeout(CLOSING_MS);
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      night.log.warn({ code: 'TidyUpFailed' }, `${what}: ${messageOf(error)}; the next run will do it`);
    }
  };
  const owns = lease !== undefined && failure.code !== 'LeaseLost';
  // A run that was stopped while committing may have made it: its record stays as it is, and the next run looks.
  const isUndecided = keeper.current.state === 'committing';
  if (owns)
    await attempt('the unfinished upload could not be removed', () =>
      sweepIncoming(night.destination, night.runId, signal),
    );
  if (prepared && !isUndecided) {
    await attempt('the run record could not be written', () => keeper.update({ state: 'finished', report }, signal));
  }
  // Before the log, whose server may never answer and use up the time.
  if (owns) await attempt('the lease could not be released', () => lease.release(signal));
  if (isUndecided) return broughtUpToDate(report, night);
  const logged = await journalRuns(
    night,
    { records: [{ ...keeper.current, state: 'finished', report }], own: report.runId },
    JOURNAL_MS,
    signal,
  );
  return { ...broughtUpToDate(report, night), ...loggedAs(logged) };
}
