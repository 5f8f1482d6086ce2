import type { DatabaseSync } from 'node:sqlite';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { Look } from '../../store/look.ts';
import { boundsBelow, sortKey } from './sort-key.ts';

/** What each folder was like when it was listed; empty where a store tells by a bookmark what has moved. */
export interface PlanLooks {
  keep(look: Look): void;
  /** Of a folder and all below it. */
  forget(folder: string): void;
  /** The next look at this folder will find it changed. */
  doubt(folder: string): void;
  /** Whether the folder was listed. */
  has(folder: string): boolean;
  isDoubtful(folder: string): boolean;
  /** Accounts for all folders below the root that were not listed to their end, or from which something was taken back since. */
  nameDoubtful(reason: SkipReason): void;
  /** The next looks after a place among them, a folder before what it holds. */
  after(place: Place, most: number): readonly KeptLook[];
}

export type Place = Uint8Array | typeof BEFORE_ALL;

/** To SQLite a text sorts before every blob, also before the empty one that is the root's. */
export const BEFORE_ALL = '';

export interface KeptLook extends Look {
  readonly place: Place;
}

/** Each `names` of a store is longer. */
const DOUBTFUL = '';

export function openPlanLooks(database: DatabaseSync): PlanLooks {
  database.exec(
    'CREATE TABLE look (sort BLOB PRIMARY KEY, folder TEXT NOT NULL, names TEXT NOT NULL, identity TEXT NOT NULL, version TEXT NOT NULL) WITHOUT ROWID',
  );
  const keep = database.prepare(
    'INSERT OR REPLACE INTO look (sort, folder, names, identity, version) VALUES (?, ?, ?, ?, ?)',
  );
  const forget = database.prepare('DELETE FROM look WHERE sort = ? OR (sort > ? AND sort < ?)');
  const doubt = database.prepare(`UPDATE look SET names = '${DOUBTFUL}' WHERE sort = ?`);
  const has = database.prepare('SELECT 1 FROM look WHERE sort = ?');
  const isDoubtful = database.prepare(`SELECT 1 FROM look WHERE sort = ? AND names = '${DOUBTFUL}'`);
  const nameFolders = database.prepare(`
    UPDATE node SET entry = json_set(entry, '$.unseen', ?) WHERE kind = 'folder'
      AND NOT EXISTS (SELECT 1 FROM look WHERE look.sort = node.sort AND look.names <> '${DOUBTFUL}')`);
  const after = database.prepare(
    'SELECT sort, folder, names, identity, version FROM look WHERE sort > ? ORDER BY sort LIMIT ?',
  );

  return {
    keep: ({ folder, names, identity, version }) => void keep.run(sortKey(folder), folder, names, identity, version),
    forget: (folder) => void forget.run(sortKey(folder), ...boundsBelow(folder)),
    doubt: (folder) => void doubt.run(sortKey(folder)),
    has: (folder) => has.get(sortKey(folder)) !== undefined,
    isDoubtful: (folder) => isDoubtful.get(sortKey(folder)) !== undefined,
    nameDoubtful: (reason) => void nameFolders.run(reason),
    after: (place, most) =>
      after.all(place, most).map((row) => ({
        place: row['sort'] as Uint8Array,
        folder: String(row['folder']),
        names: String(row['names']),
        identity: String(row['identity']),
        version: String(row['version']),
      })),
  };
}
