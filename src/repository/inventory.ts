import { readsAsKnown } from '../store/reads-as-known.ts';
import type { FileEntry, ReadableStore } from '../store/store.ts';
import { backupDate } from './names.ts';
import {
  filesIn,
  mainArchive,
  type Records,
  type RunRecord,
  readRecords,
  type StoredArchive,
  type StoredRecord,
} from './record.ts';
import type { RetainedBackup } from './retention/retention.ts';
import { isOf, kinshipOf, type Series } from './series.ts';

/** What stands at the destination: the backups by name, each with the record that proves it, if any. */
export interface Backup extends RetainedBackup {
  /** The archive that gives it its name. */
  readonly file: FileEntry;
  /** Finished, so that its report is that of the run which made this backup, with its counts. */
  readonly proof: StoredRecord | undefined;
}

export interface Inventory {
  /** Oldest first. */
  readonly backups: readonly Backup[];
  /** Records of backups, complete or not, that are gone without having been pruned by us. */
  readonly lost: readonly StoredRecord[];
  readonly records: Records;
}

/** Reads the records and lists the backups. Nothing where the destination was never written to. */
export async function takeInventory(destination: ReadableStore, signal: AbortSignal): Promise<Inventory> {
  if ((await destination.stat('', signal)) === undefined)
    return { backups: [], lost: [], records: { records: [], unreadable: [] } };
  // In this order: to one who holds no lease, a backup that is made meanwhile would look lost in the other one.
  const records = await readRecords(destination, signal);
  return inventoryOf(records, await filesIn(destination, '', signal));
}

/** What lies in the folder, held against the records of what was put there. */
export function inventoryOf(records: Records, files: readonly FileEntry[]): Inventory {
  const proofs = new Map<string, StoredRecord>();
  const replaced: StoredRecord[] = [];
  for (const stored of records.records) {
    const main = mainArchive(stored.record);
    if (stored.record.state !== 'finished' || !main) continue;
    // A name is taken only where nothing has it: the backup that had it before was gone by then.
    const before = proofs.get(main.name);
    if (before) replaced.push(before);
    proofs.set(main.name, stored);
  }
  const backups: Backup[] = [];
  for (const file of files) {
    const date = backupDate(file.name);
    if (!date) continue;
    const proof = proofs.get(file.name);
    proofs.delete(file.name);
    const start = proof && new Date(proof.record.startTime);
    backups.push({ file, name: file.name, date, start, proof, status: statusOf(file, proof?.record) });
  }
  backups.sort((a, b) => a.date.getTime() - b.date.getTime() || (a.name < b.name ? -1 : 1));
  const lost = [...replaced, ...proofs.values()].filter(({ record }) => record.prunedTime === undefined);
  return { backups, lost, records };
}

/** The same folder as one series sees it: what others have made here is there, and no business of its own. */
export interface SeenInventory extends Inventory {
  readonly series: Series;
}

export function seenBy(series: Series, { backups, lost, records }: Inventory): SeenInventory {
  const asSeen = (backup: Backup): Backup => {
    const kinship = backup.proof && kinshipOf(series, backup.proof.record);
    return kinship === undefined || kinship === 'own' ? backup : { ...backup, status: kinship };
  };
  return {
    backups: backups.map(asSeen),
    lost: lost.filter(({ record }) => isOf(series, record)),
    records,
    series,
  };
}

function statusOf(file: FileEntry, record: RunRecord | undefined): Backup['status'] {
  const main = record && mainArchive(record);
  if (!record || !main) return 'unproven';
  const likeness = likenessOf(file, main);
  if (likeness === 'another') return 'altered';
  if (likeness === 'retimed') return 'retimed';
  if (record.damagedTime !== undefined) return 'damaged';
  return record.report?.result === 'Succeeded' ? 'verified' : 'incomplete';
}

/**
 * How a file compares with what was recorded, without reading it: by content where the store knows it, else by size and
 * time, as rsync does. A time alone may differ for no reason of the bytes: FAT keeps local time, and not every copy keeps
 * any. Only reading it tells then.
 */
export type Likeness = 'same' | 'retimed' | 'another';

export function likenessOf(
  file: FileEntry,
  archive: { readonly bytes: number; readonly contentHash: string; readonly modified: string },
): Likeness {
  if (file.size !== archive.bytes) return 'another';
  if (file.contentHash !== undefined) return file.contentHash === archive.contentHash ? 'same' : 'another';
  return file.modified.toISOString() === archive.modified ? 'same' : 'retimed';
}

/** The recorded archive as it stands now, read whole where its time differs; undefined when nothing, or something else, is at its path. */
export async function archiveAt(
  destination: ReadableStore,
  archive: StoredArchive,
  signal: AbortSignal,
): Promise<FileEntry | undefined> {
  const there = await destination.stat(archive.name, signal);
  if (there?.kind !== 'file') return undefined;
  const likeness = likenessOf(there, archive);
  if (likeness !== 'retimed') return likeness === 'same' ? there : undefined;
  const known = { ...there, contentHash: archive.contentHash };
  return (await readsAsKnown(destination, known, signal)) ? known : undefined;
}
