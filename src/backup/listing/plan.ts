import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { inTurns } from '../../host/in-turns.ts';
import type { Look } from '../../store/look.ts';
import type { DeletedEntry, Entry } from '../../store/store.ts';
import { matcherOf, treeMatcherOf } from './exclude.ts';
import { openPlanAside } from './plan-aside.ts';
import { openPlanLooks, type PlanLooks } from './plan-looks.ts';
import { afterAllBelow, boundsBelow, childOf, FIRST, keyOf, LAST, parentOf, sortKey } from './sort-key.ts';

/** What a plan holds: everything that a store can list but a deletion. */
export type PlanEntry = Exclude<Entry, DeletedEntry>;

/**
 * The plan of a night: everything that was listed, on disk, so that memory does not grow with the number of files or
 * with the size of one case (a million objects cost 670–860 MB, a million rows 110 MB). Listing fills it in any order,
 * later entries replacing earlier ones; walk.ts reads it in the archive's order.
 */
export interface Plan {
  /** Applies a page of a listing whose keys are relative to the source. A folder from which something was taken back is doubtful. */
  apply(entries: readonly Entry[], looks?: readonly Look[]): void;
  /** Forgets a subtree, before its listing starts anew. '' forgets everything. */
  forget(key: string): void;
  /** From here on it is known of each entry right in one folder whether it was applied again. */
  beginReading(): void;
  /** What lies in this folder and was not applied since. It may be forgotten, or set aside, as it comes. */
  unread(folder: string): Iterable<{ readonly key: string; readonly entry: PlanEntry }>;
  /** Forgets a subtree until it is put back. */
  setAside(key: string): void;
  /** Puts back what was set aside and has its place still. */
  putBack(): void;
  readonly looks: PlanLooks;
  /** A move was seen: of the places that the file was listed at, only this one stays, once the moves are settled. */
  moved(id: string, key: string): void;
  /** One look at each row, in turns, however many files have moved. */
  settleMoves(signal: AbortSignal): Promise<void>;
  /** In archive order: by case, then by path, a folder right before what it holds. */
  entries(): Iterable<PlanEntry>;
  at(key: string): PlanEntry | undefined;
  /** Whether anything that lies below a folder was listed, also if the policy excludes it. */
  holds(folder: string): boolean;
  excludes(path: string): boolean;
  /** Whether the policy excludes a folder with all that may be below it: then it need not be listed. */
  excludesAll(folder: string): boolean;
  /** Whether it or a folder above it is excluded so. */
  excludesBelow(folder: string): boolean;
  countFiles(): number;
  /** What lies below a folder and is not excluded; what can't be backed up is a file of no bytes. */
  countBelow(folder: string): { readonly files: number; readonly bytes: number };
  /** Files that the policy excludes, of those that were listed; a folder that was left out whole counts as one. */
  countExcluded(): number;
  /** Names in the archive, while they are decided: claims a folded path, once; true for the first who asks. */
  claim(foldHash: number): boolean;
  /** Keeps the name of an entry that could not stay as its store has it. */
  rename(key: string, name: string): void;
  renamed(key: string): string | undefined;
  /** Runs `work`, which writes a lot, as one transaction; then all is decided and hardly any memory is needed. */
  seal<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * One database per run, thrown away after it: no journal, no sync. `sort` is the key in the archive's order, `entry` what
 * the store said, as JSON; `reading` counts the readings of single folders. No index on `id`: it makes the listing of a million files take twice as long, for the few
 * that move meanwhile, which `moved` knows.
 */
const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -16000;
  PRAGMA temp_store = FILE;
  CREATE TABLE node (sort BLOB PRIMARY KEY, kind TEXT NOT NULL, id TEXT, entry TEXT NOT NULL, reading INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE excluded (sort BLOB PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE moved (id TEXT PRIMARY KEY, sort BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE fold (hash INTEGER PRIMARY KEY);
  CREATE TABLE alias (key TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
`;

const COUNT_BELOW = `
  SELECT count(*) AS files, coalesce(sum(json_extract(entry, '$.size')), 0) AS bytes
  FROM node WHERE sort > ? AND sort < ? AND kind <> 'folder'
`;

/** A folder with nothing excluded below it was not even opened: the row that follows it in order is none of its own. */
const COUNT_EXCLUDED = `
  SELECT count(*) AS n FROM (
    SELECT kind, sort, lead(sort) OVER (ORDER BY sort) AS next FROM excluded
  ) WHERE kind <> 'folder' OR next IS NULL OR substr(next, 1, length(sort) + 1) <> CAST(sort || x'00' AS BLOB)
`;

export function openPlan(file: string, exclude: readonly string[]): Plan {
  const isExcluded = matcherOf(exclude);
  const excludesAll = treeMatcherOf(exclude);
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const looks = openPlanLooks(database);
  const aside = openPlanAside(database);
  const insert = database.prepare(
    'INSERT OR REPLACE INTO node (sort, kind, id, entry, reading) VALUES (?, ?, ?, ?, ?)',
  );
  const nextFrom = database.prepare(
    'SELECT sort, reading, entry FROM node WHERE sort >= ? AND sort < ? ORDER BY sort LIMIT 1',
  );
  const entryAt = database.prepare('SELECT entry FROM node WHERE sort = ?');
  const anyBelow = database.prepare('SELECT 1 FROM node WHERE sort > ? AND sort < ? LIMIT 1');
  const anyExcludedBelow = database.prepare('SELECT 1 FROM excluded WHERE sort > ? AND sort < ? LIMIT 1');
  const removeTree = database.prepare('DELETE FROM node WHERE sort = ? OR (sort > ? AND sort < ?)');
  const leaveOut = database.prepare('INSERT OR REPLACE INTO excluded (sort, kind) VALUES (?, ?)');
  const removeExcluded = database.prepare('DELETE FROM excluded WHERE sort = ? OR (sort > ? AND sort < ?)');
  const move = database.prepare('INSERT OR REPLACE INTO moved (id, sort) VALUES (?, ?)');
  const anyMove = database.prepare('SELECT 1 FROM moved LIMIT 1');
  const nextBound = database.prepare('SELECT sort FROM node WHERE sort > ? ORDER BY sort LIMIT 1 OFFSET ?');
  const removeMoved = database.prepare(
    'DELETE FROM node WHERE sort > ? AND sort <= ? AND sort <> (SELECT moved.sort FROM moved WHERE moved.id = node.id)',
  );
  const countFiles = database.prepare("SELECT count(*) AS n FROM node WHERE kind = 'file'");
  const countBelow = database.prepare(COUNT_BELOW);
  const countExcluded = database.prepare(COUNT_EXCLUDED);
  const claim = database.prepare('INSERT OR IGNORE INTO fold (hash) VALUES (?)');
  const rename = database.prepare('INSERT INTO alias (key, name) VALUES (?, ?)');
  const renamed = database.prepare('SELECT name FROM alias WHERE key = ?');
  let renames = 0;
  let reading = 0;

  const forget = (key: string): void => {
    if (key === '') {
      database.exec('DELETE FROM node; DELETE FROM moved; DELETE FROM excluded');
      aside.clear();
    } else for (const table of [removeTree, removeExcluded]) table.run(sortKey(key), ...boundsBelow(key));
    looks.forget(key);
  };
  /** What lies right in a folder, without a look at what lies below that. */
  function* childrenOf(folder: string): Generator<Child> {
    const bounds = boundsBelow(folder);
    for (let from: Uint8Array = bounds[0]; ; ) {
      const row = nextFrom.get(from, bounds[1]);
      if (!row) return;
      const sort = childOf(row['sort'] as Uint8Array, bounds);
      // Below a folder that is not in the plan itself (excluded) stands what was read with that.
      if (sort.length === (row['sort'] as Uint8Array).length)
        yield { sort, reading: Number(row['reading']), entry: String(row['entry']) };
      from = afterAllBelow(sort);
    }
  }

  return {
    apply(entries, seen = []) {
      database.exec('BEGIN');
      for (const look of seen) looks.keep(look);
      for (const entry of entries) {
        if (entry.kind === 'deleted') {
          forget(entry.key);
          looks.doubt(parentOf(entry.key));
        } else if (isExcluded(entry.path)) leaveOut.run(sortKey(entry.key), entry.kind);
        else insert.run(sortKey(entry.key), entry.kind, idOf(entry), jsonOf(entry), reading);
      }
      database.exec('COMMIT');
    },
    forget,
    beginReading() {
      reading += 1;
    },
    *unread(folder) {
      for (const child of childrenOf(folder))
        if (child.reading < reading) yield { key: keyOf(child.sort), entry: parseEntry(child.entry) };
    },
    setAside(key) {
      aside.take(key);
      looks.forget(key);
    },
    putBack: aside.putBack,
    looks,
    moved(id, key) {
      move.run(id, sortKey(key));
    },
    async settleMoves(signal) {
      if (!anyMove.get()) return;
      for await (const [from, to] of inTurns(rowRanges(nextBound), signal)) removeMoved.run(from, to);
    },
    *entries() {
      const rows = database.prepare('SELECT entry FROM node ORDER BY sort').iterate();
      for (const row of rows) yield parseEntry(String(row['entry']));
    },
    at(key) {
      const row = entryAt.get(sortKey(key));
      return row && parseEntry(String(row['entry']));
    },
    holds: (folder) => [anyBelow, anyExcludedBelow].some((below) => below.get(...boundsBelow(folder)) !== undefined),
    excludes: isExcluded,
    excludesAll,
    excludesBelow: (folder) =>
      folder.split('/').some((_, depth, parts) => excludesAll(parts.slice(0, depth + 1).join('/'))),
    countFiles: () => Number(countFiles.get()?.['n']),
    countBelow(folder) {
      const row = countBelow.get(...boundsBelow(folder));
      return { files: Number(row?.['files']), bytes: Number(row?.['bytes']) };
    },
    countExcluded: () => Number(countExcluded.get()?.['n']),
    claim: (foldHash) => Number(claim.run(foldHash).changes) === 1,
    rename(key, name) {
      rename.run(key, name);
      renames += 1;
    },
    renamed: (key) => (renames > 0 ? (renamed.get(key)?.['name'] as string | undefined) : undefined),
    async seal(work) {
      database.exec('BEGIN');
      const result = await work();
      database.exec('COMMIT; DROP TABLE fold; PRAGMA cache_size = -1000; PRAGMA shrink_memory');
      return result;
    },
    close: () => database.close(),
  };
}

const idOf = (entry: PlanEntry): string | null => ('id' in entry ? (entry.id ?? null) : null);

/** With times as numbers: written as text they are half of the time that a million entries take. */
const jsonOf = (entry: PlanEntry): string =>
  JSON.stringify(
    entry.kind === 'file' ? { ...entry, modified: entry.modified.getTime(), stored: entry.stored.getTime() } : entry,
  );

function parseEntry(json: string): PlanEntry {
  const entry = JSON.parse(json) as PlanEntry;
  if (entry.kind !== 'file') return entry;
  return { ...entry, modified: new Date(entry.modified), stored: new Date(entry.stored) };
}

interface Child {
  readonly sort: Uint8Array;
  readonly reading: number;
  readonly entry: string;
}

const RANGE_ROWS = 5000;
/** All rows in ranges (from, to] of their sort keys, each a statement of some milliseconds. */
function* rowRanges(nextBound: StatementSync): Generator<readonly [Uint8Array, Uint8Array]> {
  for (let from: Uint8Array = FIRST; from !== LAST; ) {
    const bound = nextBound.get(from, RANGE_ROWS)?.['sort'] as Uint8Array | undefined;
    yield [from, bound ?? LAST];
    from = bound ?? LAST;
  }
}
