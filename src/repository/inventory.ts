import type { FileEntry, ReadableStore } from '../store/store.ts';
import { backupDate } from './names.ts';
import { filesIn, type Records, readRecords, type StoredRecord } from './record.ts';
import type { RetainedBackup } from './retention.ts';

/** What stands at the destination: the backups by name, each with the record that proves it, if any. */
export interface Backup extends RetainedBackup {
  readonly file: FileEntry;
  readonly proof: StoredRecord | undefined;
}

export interface Inventory {
  /** Oldest first. */
  readonly backups: readonly Backup[];
  /** Records that say verified of a backup which is gone without having been pruned by us. */
  readonly lost: readonly StoredRecord[];
  readonly records: Records;
}

export async function takeInventory(destination: ReadableStore, signal: AbortSignal): Promise<Inventory> {
  const records = await readRecords(destination, signal);
  const proofs = new Map<string, StoredRecord>();
  for (const stored of records.records) {
    if (stored.record.state === 'finished' && stored.record.backup) proofs.set(stored.record.backup.path, stored);
  }
  const backups: Backup[] = [];
  for (const file of await filesIn(destination, '', signal)) {
    const date = backupDate(file.name);
    if (!date) continue;
    const path = destination.locate(file.name);
    const proof = proofs.get(path);
    proofs.delete(path);
    backups.push({ file, name: file.name, date, proof, status: statusOf(file, proof) });
  }
  backups.sort((a, b) => a.date.getTime() - b.date.getTime() || (a.name < b.name ? -1 : 1));
  const lost = [...proofs.values()].filter(({ record }) => record.prunedTime === undefined);
  return { backups, lost, records };
}

export const newestVerified = (inventory: Inventory): Backup | undefined =>
  inventory.backups.findLast((backup) => backup.status === 'verified');

function statusOf(file: FileEntry, proof: StoredRecord | undefined): Backup['status'] {
  const backup = proof?.record.backup;
  if (!proof || !backup) return 'unproven';
  if (!isSameObject(file, backup, proof.record.backupModified)) return 'altered';
  return proof.record.report?.result === 'Succeeded' ? 'verified' : 'incomplete';
}

/** By content where the store knows it without reading, else by size and time, as rsync does. */
export function isSameObject(
  file: FileEntry,
  backup: { bytes: number; contentHash: string },
  modified: string | undefined,
): boolean {
  if (file.size !== backup.bytes) return false;
  if (file.contentHash !== undefined) return file.contentHash === backup.contentHash;
  return modified === undefined || file.modified.toISOString() === modified;
}
