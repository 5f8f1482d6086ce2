import type { BigIntStats } from 'node:fs';

/**
 * Size and times alone miss a change of the same length that keeps its mtime (rsync, cp -p, editors); ctime can't be
 * set by anybody, and the inode tells a file that was put in another one's place.
 */
export function revisionOf(stats: BigIntStats): string {
  return [stats.size, stats.mtimeNs, stats.ino, stats.ctimeNs].map((value) => value.toString(36)).join('-');
}

/** The inode. */
export const numberIn = (rev: string): string | undefined => rev.split('-')[2];

/**
 * What a file has become since a revision of it was seen. `touched`: its size and time are what they were, but a sync
 * client, a scanner, chown or a hard-link snapshot has moved its ctime, or a copy that keeps times stands in its place.
 * `retimed`: of its size alone that can be said.
 */
export type Change = 'none' | 'touched' | 'retimed' | 'another';

export function changeSince(rev: string, stats: BigIntStats): Change {
  const now = revisionOf(stats);
  if (!stats.isFile()) return 'another';
  if (now === rev) return 'none';
  const [before, after] = [rev.split('-'), now.split('-')];
  if (before[0] !== after[0]) return 'another';
  return before[1] === after[1] ? 'touched' : 'retimed';
}

/**
 * Whether this is the very file that was looked at, under whatever name, and nobody has written to it. Its time too: the
 * number of a file that was removed goes to a new one.
 */
export function isSameFile(before: BigIntStats, now: BigIntStats): boolean {
  return (
    now.isFile() &&
    before.dev === now.dev &&
    before.ino === now.ino &&
    before.size === now.size &&
    before.mtimeNs === now.mtimeNs
  );
}
