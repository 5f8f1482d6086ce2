import { EXIT_CODES } from '../api/exit-codes.ts';
import type { RunReport } from '../api/report.ts';
import { sideBySide } from '../host/parallel.ts';
import { sweepIncoming, uploadsIn } from '../repository/incoming.ts';
import { archiveAt, type Inventory, inventoryOf } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease/lease.ts';
import { isRetry } from '../repository/lease/retry.ts';
import { recordName } from '../repository/names.ts';
import { putJson } from '../repository/put-json.ts';
import { filesIn, type RunRecord, readRecords, type StoredRecord } from '../repository/record.ts';
import { Conflict, type Identity, type Store } from '../store/store.ts';
import { attemptOf, type Night } from './night.ts';
import { blankReport } from './report.ts';
import { sweepWorkFolders } from './work-folder.ts';

/**
 * Finishes what runs before us left behind, and returns what stands. Only the holder of the lease may do this: whoever
 * made what it finds has died or has lost the lease, and can't commit any more once its upload is gone. So the lease is
 * confirmed between each look and the change that follows from it: a run that was frozen in between touches nothing of
 * the one that has it by now.
 */
export async function recover(night: Night, lease: Lease): Promise<Inventory> {
  const { destination, signal } = night;
  const [{ records, ...others }, uploads, files] = await sideBySide(
    signal,
    (until) => readRecords(destination, until),
    (until) => uploadsIn(destination, until),
    (until) => filesIn(destination, '', until),
  );
  const finished: StoredRecord[] = [];
  for (const stored of records)
    finished.push(stored.record.state === 'finished' ? stored : await finishRecord(night, lease, stored));
  await sweepIncoming(destination, uploads, lease, signal);
  await sweepWorkFolders(night);
  const all = { records: finished, ...others };
  const inventory = inventoryOf(all, files);
  const wasQuiet = uploads.length === 0 && inventory.lost.length === 0 && isFinished(records);
  return wasQuiet ? inventory : inventoryOf(all, await filesIn(destination, '', signal));
}

/**
 * Otherwise a run that was frozen may have moved its upload to its name while we looked, the last thing that it could do.
 * Then its record was not finished, or its upload lay there, or the record names what no listing of before it showed.
 */
const isFinished = (records: readonly StoredRecord[]): boolean =>
  records.every(({ record }) => record.state === 'finished');

/** A finished try of the same Job whose backup is in place: our run is a retry of it and has nothing left to archive. */
export function predecessorOf(
  night: Night,
  { account, namespace }: Identity,
  inventory: Inventory,
): StoredRecord | undefined {
  const attempt = attemptOf(night);
  return inventory.backups.findLast(({ status, proof }) => {
    if (!proof || (status !== 'verified' && status !== 'incomplete')) return false;
    const { slot, policy, source } = proof.record;
    const isSameTree = source.account === account && source.namespace === namespace;
    return isSameTree && isRetry(attempt, { slot, policy, source: source.location });
  })?.proof;
}

async function finishRecord(night: Night, lease: Lease, { file, record }: StoredRecord): Promise<StoredRecord> {
  const { destination, signal, clock, log } = night;
  const isAdopted = record.state === 'committing' && (await isInPlace(destination, record, signal));
  const finished: RunRecord = isAdopted
    ? { ...record, state: 'finished' }
    : { ...withoutArchives(record), state: 'finished', report: interruptedReport(record, clock.now()) };
  await lease.confirm(signal);
  log.info(
    { run: record.runId, adopted: isAdopted },
    isAdopted ? 'adopted the verified backup of a run that died' : 'recorded a run that died',
  );
  try {
    const written = await putJson(
      destination,
      { path: recordName(record.runId), value: finished, current: file },
      signal,
    );
    return { file: written, record: finished };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    night.warn('RecordChanged', `the record of run ${record.runId} was changed by somebody else`);
    return { file, record };
  }
}

/** All that the dead run had verified now stands under its final names. */
async function isInPlace(destination: Store, record: RunRecord, signal: AbortSignal): Promise<boolean> {
  if (!record.archives || !record.report) return false;
  for (const archive of record.archives) if (!(await archiveAt(destination, archive, signal))) return false;
  return true;
}

function withoutArchives({ archives: _, ...record }: RunRecord): RunRecord {
  return record;
}

function interruptedReport(record: RunRecord, now: Date): RunReport {
  const verdict = {
    result: 'Interrupted',
    reason: 'Died',
    message: 'the run ended without a report; a later run found it',
    exitCode: EXIT_CODES.failed,
  } as const;
  const { runId, policy, slot, startTime } = record;
  return blankReport({ runId, policy, slot, startTime }, verdict, now);
}
