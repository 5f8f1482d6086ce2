import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { toJson } from './json-file.ts';
import { recordName } from './names.ts';
import type { RunRecord, StoredRecord } from './record.ts';

/**
 * Lets the record say the time that its archive has by now: for whoever has read the archive whole and found the bytes
 * that were verified, so that the next one need not. False when somebody else was changing the record.
 */
export async function renewRecord(
  destination: Store,
  { file, record }: StoredRecord,
  archive: FileEntry,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await destination.put(recordName(record.runId), toJson(withTimeOf(record, archive)), file, signal);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

function withTimeOf({ archives = [], ...record }: RunRecord, { path, modified }: FileEntry): RunRecord {
  const renewed = archives.map((archive) =>
    archive.name === path ? { ...archive, modified: modified.toISOString() } : archive,
  );
  return { ...record, archives: renewed };
}
