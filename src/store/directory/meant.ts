import type { BigIntStats } from 'node:fs';
import { readsAsKnown } from '../reads-as-known.ts';
import { Conflict, type FileEntry } from '../store.ts';
import { absolutePath, fileEntry, statOf } from './entry.ts';
import { writing } from './faults.ts';
import { streamFile } from './read.ts';
import { changeSince } from './revision.ts';
import type { Volume } from './volume.ts';

/** The file that a caller wants to change, as it saw it last. */
export interface Meant extends Pick<FileEntry, 'path' | 'rev' | 'contentHash'> {
  /** What has to be as it was for it to be that file still, where it was touched. Bytes decide where the time differs. */
  readonly proof: 'size and time' | 'bytes';
}

/**
 * Throws Conflict unless the file that the caller means still stands there, and resolves to what it is by now. A sync
 * client, a scanner or a snapshot that touches a file of ours makes it nobody else's.
 */
export async function expectMeant(
  volume: Volume,
  { path, rev, contentHash, proof }: Meant,
  signal: AbortSignal,
): Promise<BigIntStats> {
  const absolute = absolutePath(volume.root, path);
  const stats = await writing(absolute, statOf(absolute));
  if (!stats) throw new Conflict(`${absolute} is gone`);
  const change = changeSince(rev, stats);
  if (change === 'none' || (change === 'touched' && proof === 'size and time')) return stats;
  if (change !== 'another' && contentHash !== undefined) {
    const known = { ...fileEntry(path, stats), contentHash };
    // Of the file that is read: another one may stand at its path by the end. Some FUSE file systems give it another time when it is opened.
    let read = stats;
    const stream = (file: FileEntry): ReturnType<typeof streamFile> =>
      streamFile(volume, file, signal, (after) => (read = after));
    if (await readsAsKnown({ stream }, known, signal)) return read;
  }
  throw new Conflict(`${absolute} is another revision`);
}
