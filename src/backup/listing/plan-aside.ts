import type { DatabaseSync } from 'node:sqlite';
import { boundsBelow, sortKey } from './sort-key.ts';

/** What left a tree that may never come to rest: gone, or gone to where no look finds it. */
export interface PlanAside {
  /** Takes an entry out of the plan, with all below it. */
  take(key: string): void;
  /** Puts everything back that has a place: nothing stands there by now, below it, or as a file above it. */
  putBack(): void;
  clear(): void;
}

export function openPlanAside(database: DatabaseSync): PlanAside {
  database.exec(
    'CREATE TABLE aside (sort BLOB PRIMARY KEY, kind TEXT NOT NULL, id TEXT, entry TEXT NOT NULL) WITHOUT ROWID',
  );
  const tree = 'sort = ? OR (sort > ? AND sort < ?)';
  const copy = database.prepare(
    `INSERT OR REPLACE INTO aside (sort, kind, id, entry) SELECT sort, kind, id, entry FROM node WHERE ${tree}`,
  );
  const remove = database.prepare(`DELETE FROM node WHERE ${tree}`);
  const all = database.prepare('SELECT sort, kind FROM aside ORDER BY sort');
  const kindAt = database.prepare('SELECT kind FROM node WHERE sort = ?');
  const anyBelow = database.prepare('SELECT 1 FROM node WHERE sort > ? AND sort < ? LIMIT 1');
  const back = database.prepare(
    'INSERT OR IGNORE INTO node (sort, kind, id, entry, reading) SELECT sort, kind, id, entry, 0 FROM aside WHERE sort = ?',
  );

  const hasPlace = (sort: Buffer, kind: string): boolean => {
    for (let end = sort.lastIndexOf(0); end > 0; end = sort.lastIndexOf(0, end - 1)) {
      const above = kindAt.get(sort.subarray(0, end));
      if (above && above['kind'] !== 'folder') return false;
    }
    return kind === 'folder' || anyBelow.get(...boundsOf(sort)) === undefined;
  };

  return {
    take(key) {
      const place = [sortKey(key), ...boundsBelow(key)] as const;
      copy.run(...place);
      remove.run(...place);
    },
    putBack() {
      for (const row of all.all()) {
        const sort = Buffer.from(row['sort'] as Uint8Array);
        if (hasPlace(sort, String(row['kind']))) back.run(sort);
      }
    },
    clear: () => database.exec('DELETE FROM aside'),
  };
}

const boundsOf = (sort: Buffer): readonly [Buffer, Buffer] => boundsBelow(sort.toString().replaceAll('\0', '/'));
