import type { EarlierRun, RunReport, Verification } from '../api/report.ts';
import { asFailure, type Failure, messageOf } from '../host/errors.ts';
import { removeUpload } from '../repository/incoming.ts';
import { archiveAt } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease/lease.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import { journalRuns, loggedAs } from './journal-runs.ts';
import type { Night } from './night.ts';
import { broughtUpToDate, reportOfFailure } from './report.ts';

/** A pod has 30 s between SIGTERM and SIGKILL; the rest is for the process to end. */
const CLOSING_MS = 15_000;
const JOURNAL_MS = 8_000;
/** For one look at the lease, where a store may just have stopped to answer. */
const LOOK_MS = 3_000;

export interface Unfinished {
  readonly keeper: RecordKeeper;
  readonly lease: Lease | undefined;
  /** Whether source and destination were found usable: before that nothing may be written there. */
  readonly prepared: boolean;
  /** Undefined before the records were read. */
  readonly earlierRuns: readonly EarlierRun[] | undefined;
}

/** Why a run did not make it; with the check that found something wrong, if it came to one. */
export interface Wrong {
  readonly failure: Failure;
  readonly verification?: Verification;
}

/**
 * Tidies up after a run that did not make it and returns its report. Each step is tried on its own and its failure only
 * logged: the next run cleans up whatever stays. It touches what is its own and nothing else, whoever holds the lease.
 */
export async function closeFailed(
  night: Night,
  wrong: Wrong,
  { keeper, lease, prepared, earlierRuns }: Unfinished,
): Promise<RunReport> {
  const { failure, verification } = await withLostLease(night, wrong, lease);
  const report = {
    ...reportOfFailure(night, failure, verification),
    ...(earlierRuns && { earlierRuns: [...earlierRuns] }),
  };
  const signal = AbortSignal.timeout(CLOSING_MS);
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      night.log.warn({ code: 'TidyUpFailed' }, `${what}: ${messageOf(error)}; the next run will do it`);
      return undefined;
    }
  };
  const layThere =
    lease &&
    (await attempt('the unfinished upload could not be removed', () =>
      removeUpload(night.destination, night.runId, signal),
    ));
  // A run that was stopped while committing may have made it: then its record stays as it is, and the next run looks.
  const isUndecided = keeper.current.state === 'committing' && !(layThere && (await isMissing(night, keeper, signal)));
  if (prepared && !isUndecided) {
    await attempt('the run record could not be written', () =>
      keeper.update({ state: 'finished', archives: undefined, report }, signal),
    );
  }
  // Before the log, whose server may never answer and use up the time.
  if (lease && failure.code !== 'LeaseLost')
    await attempt('the lease could not be released', () => lease.release(signal));
  if (isUndecided) return broughtUpToDate(report, night);
  const { archives: _, ...record } = keeper.current;
  const logged = await journalRuns(
    night,
    { records: [{ ...record, state: 'finished', report }], own: report.runId },
    JOURNAL_MS,
    signal,
  );
  return { ...broughtUpToDate(report, night), ...loggedAs(logged) };
}

/**
 * A run that was frozen past its lease meets its consequences before it learns of the loss: an upload that the new holder
 * has removed looks like one that the store has lost.
 */
async function withLostLease({ signal }: Night, wrong: Wrong, lease: Lease | undefined): Promise<Wrong> {
  const { exit, code } = wrong.failure;
  const mayBeStale = exit === 'failed' || exit === 'mismatch' || code === 'RecordClosed';
  if (!lease || !mayBeStale || signal.aborted) return wrong;
  try {
    await lease.confirm(AbortSignal.timeout(LOOK_MS));
    return wrong;
  } catch (error) {
    const failure = asFailure(error);
    return failure.code === 'LeaseLost' ? { failure } : wrong;
  }
}

/** Whether nothing of the backup stands at its name. Not even the upload's removal proves that: a link may have come first. */
async function isMissing({ destination }: Night, keeper: RecordKeeper, signal: AbortSignal): Promise<boolean> {
  try {
    for (const archive of keeper.current.archives ?? [])
      if (await archiveAt(destination, archive, signal)) return false;
    return true;
  } catch {
    return false;
  }
}
