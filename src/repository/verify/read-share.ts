import { createHash } from 'node:crypto';
import { MANY } from '../../zip/read/byte-run.ts';
import { shownName } from '../../zip/read/corrupt.ts';
import { readEntry, withEntriesKnown } from '../../zip/read/read-entry.ts';
import type { BackupFile } from '../open-backup.ts';
import { caseFolderOf } from './case-places.ts';
import { assertSame } from './stored-differs.ts';
import { stretchReads } from './stretch-reads.ts';
import { type Claimed, type Stretch, stretchesOf } from './stretches.ts';
import { type CaseTurn, caseTurn } from './turns.ts';

/** Reads back the files whose turn it is, down to their sha256, while the others are still being looked at. */
export interface ShareReader {
  /** To be called for every file, in the archive's order; to be awaited where it returns a promise. */
  see(claimed: Claimed): Promise<void> | undefined;
  /** Reads what is left, and says how many were read in all. Throws what is wrong with the one that lies first. */
  end(): Promise<number>;
  /** Reads no more: something else is wrong. */
  leave(): Promise<void>;
}

/** So many are looked through for those that lie near to each other. */
const BATCH = 500;

export function readShare(backup: BackupFile, turn: number): ShareReader {
  const { cases, loose_files } = backup.manifest;
  const filesOf = new Map(cases.map(({ folder, files }) => [folder, files]));
  const loose = caseTurn<Claimed>(loose_files.files, turn);
  let current: { readonly folder: string; readonly turn: CaseTurn<Claimed> } | undefined;
  const reads = stretchReads((stretch) => readStretch(backup, stretch));
  let chosen: Claimed[] = [];
  let read = 0;

  const turnOf = (folder: string | undefined): CaseTurn<Claimed> => {
    if (folder === undefined) return loose;
    if (current?.folder !== folder) {
      if (current) chosen.push(...current.turn.end());
      current = { folder, turn: caseTurn(filesOf.get(folder) ?? 0, turn) };
    }
    return current.turn;
  };
  const readChosen = (): Promise<void> | undefined => {
    const batch = chosen;
    chosen = [];
    read += batch.length;
    return reads.add(stretchesOf(batch));
  };

  return {
    see(claimed) {
      const { name, size } = claimed.entry;
      const one = turnOf(caseFolderOf(name)).offer(claimed, name, size);
      if (one) chosen.push(one);
      return chosen.length < BATCH ? undefined : readChosen();
    },
    async end() {
      chosen.push(...(current?.turn.end() ?? []), ...loose.end());
      void readChosen();
      await reads.end();
      return read;
    },
    leave: reads.leave,
  };
}

/** With one request, where there are several. */
async function readStretch({ zip, where }: BackupFile, { first, last, claimed }: Stretch): Promise<void> {
  const near = first === last ? zip : await withEntriesKnown(zip, first, last);
  for (const { entry, sha256 } of claimed) {
    const hash = createHash('sha256');
    for await (const chunk of readEntry(near, entry, MANY)) hash.update(chunk);
    assertSame(`sha256 of ${shownName(entry.name)}`, sha256, hash.digest('hex'), where);
  }
}
