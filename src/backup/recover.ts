import { EXIT_CODES } from '../api/exit-codes.ts';
import type { RunReport } from '../api/report.ts';
import { type Inventory, isSameObject, takeInventory } from '../repository/inventory.ts';
import { toJson } from '../repository/json-file.ts';
import { INCOMING_FOLDER, recordName, runIdOf } from '../repository/names.ts';
import { filesIn, type RunRecord, type StoredRecord } from '../repository/record.ts';
import { Conflict, type Store } from '../store/store.ts';
import { blankReport } from './blank-report.ts';
import { type Night, warn } from './night.ts';
import { sweepWorkFolders } from './work-folder.ts';

/**
 * Finishes what runs before us left behind. Only the holder of the lease may call this: whoever made what it finds has
 * died or has lost the lease, and can't commit any more once its upload is gone.
 */
export async function recover(night: Night): Promise<Inventory> {
  const { destination, signal } = night;
  for (const stored of (await takeInventory(destination, signal)).records.records) {
    if (stored.record.state !== 'finished') await finishRecord(night, stored);
  }
  await sweepIncoming(destination, signal);
  await sweepWorkFolders(night.workParent);
  return takeInventory(destination, signal);
}

/** A finished run of the same slot whose backup is in place: our run is a retry of it and has nothing left to archive. */
export function predecessorOf(slot: string, inventory: Inventory): StoredRecord | undefined {
  return inventory.backups.findLast(
    (backup) => backup.proof?.record.slot === slot && (backup.status === 'verified' || backup.status === 'incomplete'),
  )?.proof;
}

async function finishRecord(night: Night, { file, record }: StoredRecord): Promise<void> {
  const { destination, signal } = night;
  const adopted = record.state === 'committing' && (await isInPlace(destination, record, signal));
  const finished: RunRecord = adopted
    ? { ...record, state: 'finished' }
    : { ...withoutBackup(record), state: 'finished', report: interruptedReport(record, night.clock.now()) };
  try {
    await destination.put(recordName(record.runId), toJson(finished), { rev: file.rev }, signal);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    warn(night, 'RecordChanged', `the record of run ${record.runId} was changed by somebody else`);
  }
  night.log.info(
    { run: record.runId, adopted },
    adopted ? 'adopted the verified backup of a run that died' : 'recorded a run that died',
  );
}

/** The object that the dead run had verified now stands under its final name. */
async function isInPlace(destination: Store, record: RunRecord, signal: AbortSignal): Promise<boolean> {
  if (!record.backup || !record.report) return false;
  const name = record.backup.path.slice(record.backup.path.lastIndexOf('/') + 1);
  const file = await destination.stat(name, signal);
  return file?.kind === 'file' && isSameObject(file, record.backup, record.backupModified);
}

async function sweepIncoming(destination: Store, signal: AbortSignal): Promise<void> {
  for (const file of await filesIn(destination, INCOMING_FOLDER, signal)) {
    if (runIdOf(file.name, '.zip') !== undefined) await destination.remove(file, signal);
  }
}

function withoutBackup({ backup: _, backupModified: __, ...record }: RunRecord): RunRecord {
  return record;
}

function interruptedReport(record: RunRecord, now: Date): RunReport {
  const verdict = {
    result: 'Interrupted',
    reason: 'Died',
    message: 'the run ended without a report; a later run found it',
    exitCode: EXIT_CODES.failed,
  } as const;
  return blankReport(record, verdict, now);
}
