import type { RunReport } from '../api/report.ts';
import { asFailure, messageOf } from '../host/errors.ts';
import { takeInventory } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease.ts';
import { removeOldRecords } from '../repository/old-records.ts';
import type { RecordKeeper } from '../repository/record.ts';
import { buildReport } from './build-report.ts';
import { journalRuns } from './journal-runs.ts';
import { type Night, warn } from './night.ts';
import { retain } from './retain.ts';

/** Longer than a failover or a restart of the database usually takes. */
const JOURNAL_MS = 90_000;

/**
 * What follows a backup that stands at its name: on record first, then logged, then retention. None of it can make the
 * backup bad any more, so what fails here is a warning; only a signal still shows in the exit code, because whoever
 * stopped the run should not read 0.
 */
export async function finish(night: Night, keeper: RecordKeeper, lease: Lease): Promise<RunReport> {
  const verdict = keeper.current.report ?? buildReport(night, undefined);
  try {
    await keeper.update({ state: 'finished', report: verdict }, night.signal);
    night.progress.begin('Pruning');
    const inventory = await takeInventory(night.destination, night.signal);
    for (const { record } of inventory.lost)
      warn(night, 'BackupLost', `the verified backup ${record.backup?.path} is gone, and not by our retention`);
    for (const { name } of inventory.backups.filter((b) => b.status === 'altered'))
      warn(night, 'BackupAltered', `${night.destination.locate(name)} is not the file that was verified`);
    const isLogged = await journalRuns(
      night,
      inventory.records.records.map(({ record }) => record),
      JOURNAL_MS,
    );
    await retain(night, inventory, lease, isLogged);
    await removeOldRecords(night, inventory);
    night.progress.begin('Reporting');
    await keeper.update({ report: withAftermath(verdict, night) }, night.signal);
    await lease.release(night.signal);
  } catch (error) {
    if (night.signal.aborted) await releaseStopped(night, lease);
    else
      warn(
        night,
        'AftermathFailed',
        `the backup is verified and in place, but what follows failed: ${messageOf(error)}`,
      );
  }
  return night.signal.aborted ? stopped(verdict, night) : withAftermath(verdict, night);
}

/** The verdict on the backup stays what it was when it was verified; retention, quota and warnings come later. */
function withAftermath(verdict: RunReport, night: Night): RunReport {
  const { retention, quota, logWritten, warnings, stage, stageSeconds, completionTime, durationSeconds } = buildReport(
    night,
    undefined,
  );
  return {
    ...verdict,
    ...(retention && { retention }),
    ...(quota && { quota }),
    ...(logWritten === undefined ? {} : { logWritten }),
    warnings,
    stage,
    stageSeconds,
    completionTime,
    durationSeconds,
  };
}

async function releaseStopped(night: Night, lease: Lease): Promise<void> {
  try {
    await lease.release(AbortSignal.timeout(5000));
  } catch (error) {
    night.log.warn({}, `the lease was not released and will expire: ${messageOf(error)}`);
  }
}

/** Stopped while only housekeeping was left, or nothing at all: the backup is good, the exit code says that the run did not end by itself. */
function stopped(verdict: RunReport, night: Night): RunReport {
  const failure = asFailure(night.signal.reason);
  return {
    ...withAftermath(verdict, night),
    result: 'Interrupted',
    reason: failure.code,
    message: `${failure.message}; the backup is verified and in place`,
    exitCode: failure.exitCode,
  };
}
