import { createHash } from 'node:crypto';
import { forEachParallel } from '../../host/parallel.ts';
import { shownName } from '../../zip/read/corrupt.ts';
import { readEntry, withEntriesKnown } from '../../zip/read/read-entry.ts';
import type { BackupFile } from '../open-backup.ts';
import { caseFolderOf } from './case-places.ts';
import { assertSame } from './stored-differs.ts';
import { type Claimed, type Stretch, stretchesOf } from './stretches.ts';
import { type CaseTurn, caseTurn } from './turns.ts';

/** Reads back the files whose turn it is, down to their sha256. */
export interface ShareReader {
  /** To be called for every file, in the archive's order; to be awaited where it returns a promise. */
  see(claimed: Claimed): Promise<void> | undefined;
  /** Reads what is left, and says how many were read in all. */
  end(): Promise<number>;
}

const READS_AT_ONCE = 8;
/** Kept until they are read; a million files have 30,000 of them. */
const MOST_WAITING = 500;

export function readShare(backup: BackupFile, turn: number): ShareReader {
  const { cases, loose_files } = backup.manifest;
  const filesOf = new Map(cases.map(({ folder, files }) => [folder, files]));
  const loose = caseTurn<Claimed>(loose_files.files, turn);
  let current: { readonly folder: string; readonly turn: CaseTurn<Claimed> } | undefined;
  let waiting: Claimed[] = [];
  let read = 0;

  const turnOf = (folder: string | undefined): CaseTurn<Claimed> => {
    if (folder === undefined) return loose;
    if (current?.folder !== folder) {
      if (current) waiting.push(...current.turn.end());
      current = { folder, turn: caseTurn(filesOf.get(folder) ?? 0, turn) };
    }
    return current.turn;
  };
  const readWaiting = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    await forEachParallel(stretchesOf(batch), READS_AT_ONCE, (stretch) => readStretch(backup, stretch));
    read += batch.length;
  };

  return {
    see(claimed) {
      const { name, size } = claimed.entry;
      const chosen = turnOf(caseFolderOf(name)).offer(claimed, name, size);
      if (chosen) waiting.push(chosen);
      return waiting.length < MOST_WAITING ? undefined : readWaiting();
    },
    async end() {
      waiting.push(...(current?.turn.end() ?? []), ...loose.end());
      await readWaiting();
      return read;
    },
  };
}

/** With one request, where there are several. */
async function readStretch({ zip, where }: BackupFile, { first, last, claimed }: Stretch): Promise<void> {
  const near = first === last ? zip : await withEntriesKnown(zip, first, last);
  for (const { entry, sha256 } of claimed) {
    const hash = createHash('sha256');
    for await (const chunk of readEntry(near, entry)) hash.update(chunk);
    assertSame(`sha256 of ${shownName(entry.name)}`, sha256, hash.digest('hex'), where);
  }
}
