import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import type { Lease } from './lease/lease.ts';
import { INCOMING_FOLDER, incomingName, runIdOf } from './names.ts';
import { filesIn } from './record.ts';

/** What other runs have uploaded and not committed, of the one that holds the lease. */
export async function uploadsIn(destination: Store, signal: AbortSignal): Promise<FileEntry[]> {
  const files = await filesIn(destination, INCOMING_FOLDER, signal);
  return files.filter(({ name }) => runIdOf(name, '.zip') !== undefined);
}

/**
 * Removes it. The lease is confirmed after the look: whatever was there then belongs to runs that have lost it, also when
 * this one was frozen and somebody else is uploading by now.
 */
export async function sweepIncoming(
  destination: Store,
  uploads: readonly FileEntry[],
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  for (const file of uploads) {
    await lease.confirm(signal);
    await removeUnlessChanged(destination, file, signal);
  }
}

/**
 * Removes what a run itself has uploaded, which it may whoever holds the lease. True when it lay there: then it was not
 * moved to its name.
 */
export async function removeUpload(destination: Store, runId: string, signal: AbortSignal): Promise<boolean> {
  const there = await destination.stat(incomingName(runId), signal);
  return there?.kind === 'file' && (await removeUnlessChanged(destination, there, signal));
}

/** One that was replaced just now is still written by somebody; the next run finds it. */
async function removeUnlessChanged(destination: Store, file: FileEntry, signal: AbortSignal): Promise<boolean> {
  try {
    return (await destination.remove(file, signal)) === 'removed';
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
