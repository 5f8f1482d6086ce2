import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { recordName } from './names.ts';
import { putJson } from './put-json.ts';
import type { RunRecord, StoredArchive, StoredRecord } from './record.ts';

/**
 * Lets the record say that its archive was read whole at this time and has the bytes that were verified, and which time
 * the archive has by now, so that the next one need not read it. False when somebody else was changing the record.
 */
export async function renewRecord(
  destination: Store,
  { file, record }: StoredRecord,
  { archive, readTime }: { readonly archive: FileEntry; readonly readTime: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const renewed = renewedRecord(record, archive, readTime);
    await putJson(destination, { path: recordName(record.runId), value: renewed, current: file }, signal);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

export function renewedRecord(
  { archives = [], damagedTime: _, ...record }: RunRecord,
  file: FileEntry,
  readTime: string,
): RunRecord {
  return { ...record, archives: withTimeOf(file, archives), readTime };
}

/** The archives of a record, with the time that one of them has as it stands now. */
export const withTimeOf = ({ path, modified }: FileEntry, archives: readonly StoredArchive[]): StoredArchive[] =>
  archives.map((archive) => (archive.name === path ? { ...archive, modified: modified.toISOString() } : archive));
