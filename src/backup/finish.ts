import type { RunReport } from '../api/report.ts';
import { asFailure, messageOf } from '../host/errors.ts';
import { sideBySide } from '../host/parallel.ts';
import { type Inventory, inventoryOf, type SeenInventory, seenBy } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease/lease.ts';
import { filesIn, mainArchive, type Records } from '../repository/record.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import { removeOldRecords } from '../repository/retention/remove-old-records.ts';
import { isOf } from '../repository/series.ts';
import { journalRuns, loggedAs } from './journal-runs.ts';
import type { Night } from './night.ts';
import { readStored } from './read-stored.ts';
import { broughtUpToDate } from './report.ts';
import { retain } from './retain.ts';

/** Longer than a failover or a restart of the database usually takes; the last attempt may add 30 s, with the lease held. */
const JOURNAL_MS = 75_000;
/** A number for the page; a store that does not answer would be asked for an hour. */
const QUOTA_MS = 30_000;

export interface Standing {
  /** As it was at the beginning of the night. */
  readonly inventory: SeenInventory;
  /** Of the run whose backup stands: its report is the verdict on it. */
  readonly keeper: RecordKeeper;
  readonly lease: Lease;
}

/**
 * What follows a backup that stands at its name: on record first, then logged, then retention. None of it can make the
 * backup bad any more, so what fails here is a warning.
 */
export async function finish(night: Night, { inventory: before, keeper, lease }: Standing): Promise<RunReport> {
  const { series } = before;
  const verdict = keeper.current.report;
  if (!verdict) throw new Error(`the record of run ${keeper.current.runId} has no report of its backup`);
  let report = verdict;
  try {
    const [, quota, files] = await sideBySide(
      night.signal,
      () => keeper.update({ state: 'finished', report: verdict }, night.signal),
      () => quotaOf(night),
      (signal) => filesIn(night.destination, '', signal),
    );
    report = { ...report, ...quota };
    night.progress.begin('Pruning');
    const known = withOwn(before.records, keeper, report);
    const inventory = seenBy(series, inventoryOf(known, files));
    tellOfChanges(night, inventory);
    const ours = known.records.map(({ record }) => record).filter((record) => isOf(series, record));
    const logged = await journalRuns(night, { records: ours, own: verdict.runId }, JOURNAL_MS);
    report = { ...report, ...loggedAs(logged) };
    const read = await readStored(night, inventory, lease);
    const retention = await retain(night, read, { lease, logged, backup: verdict });
    report = { ...report, retention, ...(retention.deleted > 0 ? await quotaOf(night) : {}) };
    // What the log has not heard yet only the records can tell it, however long the database is away.
    if (logged !== 'failed') await removeOldRecords({ ...night, lease }, read);
    night.progress.begin('Reporting');
    report = broughtUpToDate(report, night);
    await keeper.update({ report }, night.signal);
  } catch (error) {
    if (!night.signal.aborted)
      night.warn(
        'AftermathFailed',
        `the backup is verified and in place, but what follows failed: ${messageOf(error)}`,
      );
  }
  return broughtUpToDate(report, night);
}

/** Before the log, whose row tells of it; again where retention has made room. Nothing else waits for it, or fails by it. */
async function quotaOf(night: Night): Promise<Pick<RunReport, 'quota'>> {
  try {
    const space = await night.destination.space(AbortSignal.any([night.signal, AbortSignal.timeout(QUOTA_MS)]));
    if (!space) return {};
    const checkedTime = night.clock.now().toISOString();
    return { quota: { usedBytes: space.used, allocatedBytes: space.allocated, checkedTime } };
  } catch (error) {
    night.signal.throwIfAborted();
    night.warn('QuotaUnknown', `the destination did not say how full it is: ${messageOf(error)}`);
    return {};
  }
}

/** The records of before, with the one that this night has written, and what it has learnt since. */
function withOwn({ records, unreadable }: Records, { stored }: RecordKeeper, report: RunReport): Records {
  if (!stored) return { records, unreadable };
  const { file, record } = stored;
  const others = records.filter((other) => other.record.runId !== record.runId);
  return { records: [...others, { file, record: { ...record, report } }], unreadable };
}

function tellOfChanges(night: Night, { lost, backups }: Inventory): void {
  for (const { record } of lost) {
    const path = night.destination.locate(mainArchive(record)?.name ?? record.runId);
    night.warn('BackupLost', `the backup ${path} is gone, and not by our retention`);
  }
  for (const { name } of backups.filter(({ status }) => status === 'altered'))
    night.warn('BackupAltered', `${night.destination.locate(name)} is not the file that was verified`);
}

/** Stopped while only housekeeping was left, or nothing at all: the backup is good, and whoever stopped the run does not read 0. */
export function stopped(report: RunReport, night: Night): RunReport {
  const failure = asFailure(night.signal.reason);
  return {
    ...report,
    result: 'Interrupted',
    reason: failure.code,
    message: `${failure.message}; the backup is verified and in place`,
    exitCode: failure.exitCode,
  };
}
