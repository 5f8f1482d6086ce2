import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** On disk, because a program that writes all files anew displaces all of them. */
export interface DisplacedTable {
  /** What was listed at a path, and what was archived in its place. */
  add(path: string, listed: string, archived: string): void;
  /** Whether it was displaced, and archived in no other's place. */
  lacks(listed: string): boolean;
  /** Whether what was listed at a path was displaced. */
  has(path: string): boolean;
  find(listed: string): void;
  /** Paths at which was listed what is lacking and was not found. */
  notFound(): string[];
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  DROP TABLE IF EXISTS displaced;
  DROP TABLE IF EXISTS archived;
  CREATE TABLE displaced (path TEXT PRIMARY KEY, listed TEXT NOT NULL, found INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX displaced_listed ON displaced (listed);
  CREATE TABLE archived (mark TEXT PRIMARY KEY) WITHOUT ROWID;
`;
const LACKS = 'NOT EXISTS (SELECT 1 FROM archived WHERE mark = listed)';

export function openDisplacedTable(workFolder: string): DisplacedTable {
  const database = new DatabaseSync(join(workFolder, 'displaced.sqlite'));
  database.exec(SCHEMA);
  const displace = database.prepare('INSERT OR REPLACE INTO displaced (path, listed, found) VALUES (?, ?, 0)');
  const archive = database.prepare('INSERT OR IGNORE INTO archived (mark) VALUES (?)');
  const lacks = database.prepare(`SELECT 1 FROM displaced WHERE listed = ? AND ${LACKS} LIMIT 1`);
  const has = database.prepare('SELECT 1 FROM displaced WHERE path = ?');
  const find = database.prepare('UPDATE displaced SET found = 1 WHERE listed = ?');
  const notFound = database.prepare(`SELECT path FROM displaced WHERE found = 0 AND ${LACKS} ORDER BY path`);

  return {
    add(path, listed, archived) {
      displace.run(path, listed);
      archive.run(archived);
    },
    lacks: (listed) => lacks.get(listed) !== undefined,
    has: (path) => has.get(path) !== undefined,
    find: (listed) => void find.run(listed),
    notFound: () => notFound.all().map((row) => String(row['path'])),
    close: () => database.close(),
  };
}
