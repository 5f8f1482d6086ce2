import { readsAsKnown } from '../reads-as-known.ts';
import { Conflict, type FileEntry } from '../store.ts';
import { absolutePath, fileEntry, statOf } from './entry.ts';
import { writing } from './faults.ts';
import { streamFile } from './read.ts';
import { changeSince, revisionOf } from './revision.ts';
import type { Volume } from './volume.ts';

/** The file that a caller wants to change, as it saw it last. */
export interface Meant extends Pick<FileEntry, 'path' | 'rev' | 'contentHash'> {
  /** What has to be as it was for it to be that file still, where it was touched. Bytes decide where the time differs. */
  readonly proof: 'size and time' | 'bytes';
}

/**
 * Throws Conflict unless the file that the caller means still stands there, and resolves to the revision that it has by
 * now. A sync client, a scanner or a snapshot that touches a file of ours makes it nobody else's.
 */
export async function expectMeant(
  volume: Volume,
  { path, rev, contentHash, proof }: Meant,
  signal: AbortSignal,
): Promise<string> {
  const absolute = absolutePath(volume.root, path);
  const stats = await writing(absolute, statOf(absolute));
  if (!stats) throw new Conflict(`${absolute} is gone`);
  const change = changeSince(rev, stats);
  if (change === 'none' || (change === 'touched' && proof === 'size and time')) return revisionOf(stats);
  if (change !== 'another' && contentHash !== undefined) {
    const known = { ...fileEntry(path, stats), contentHash };
    const stream = (file: FileEntry): ReturnType<typeof streamFile> => streamFile(volume, file, signal);
    // Some FUSE file systems give a file another time when it is opened.
    const now = (await readsAsKnown({ stream }, known, signal)) && (await writing(absolute, statOf(absolute)));
    if (now && now.size === stats.size) return revisionOf(now);
  }
  throw new Conflict(`${absolute} is another revision`);
}
