import { DatabaseSync, type StatementSync } from 'node:sqlite';
import picomatch from 'picomatch';
import { inTurns } from '../../host/in-turns.ts';
import type { DeletedEntry, Entry } from '../../store/store.ts';

/** What a plan holds: everything that a store can list but a deletion. */
export type PlanEntry = Exclude<Entry, DeletedEntry>;

/**
 * The plan of a night: everything that was listed, on disk, so that memory does not grow with the number of files or
 * with the size of one case (a million objects cost 670–860 MB, a million rows 110 MB). Listing fills it in any order,
 * later entries replacing earlier ones; walk.ts reads it in the archive's order.
 */
export interface Plan {
  /** Applies a page of a listing whose keys are relative to the source. */
  apply(entries: readonly Entry[]): void;
  /** Forgets a subtree, before its listing starts anew. '' forgets everything. */
  forget(key: string): void;
  /** A move was seen: of the places that the file was listed at, only this one stays, once the moves are settled. */
  moved(id: string, key: string): void;
  /** One look at each row, in turns, however many files have moved. */
  settleMoves(signal: AbortSignal): Promise<void>;
  /** In archive order: by case, then by path, a folder right before what it holds. */
  entries(): Iterable<PlanEntry>;
  /** Whether the policy excludes a folder with all that may be below it: then it need not be listed. */
  excludesAll(folder: string): boolean;
  countFiles(): number;
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
 * One database per run, thrown away after it: no journal, no sync. `sort` is the key with 0 for `/`, so that a plain
 * byte comparison keeps a folder's content together ("a b" would otherwise fall between "a" and "a/x"). `entry` is what
 * the store said, as JSON. No index on `id`: it makes the listing of a million files take twice as long, for the few
 * that move meanwhile, which `moved` knows.
 */
const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -16000;
  PRAGMA temp_store = FILE;
  CREATE TABLE node (sort BLOB PRIMARY KEY, kind TEXT NOT NULL, id TEXT, entry TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE excluded (sort BLOB PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE moved (id TEXT PRIMARY KEY, sort BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE fold (hash INTEGER PRIMARY KEY);
  CREATE TABLE alias (key TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
`;

/** A folder with nothing excluded below it was not even opened: the row that follows it in order is none of its own. */
const COUNT_EXCLUDED = `
  SELECT count(*) AS n FROM (
    SELECT kind, sort, lead(sort) OVER (ORDER BY sort) AS next FROM excluded
  ) WHERE kind <> 'folder' OR next IS NULL OR substr(next, 1, length(sort) + 1) <> CAST(sort || x'00' AS BLOB)
`;

/** `exclude` are the globs of spec.source.exclude, relative to the source; without case, and dot files match `*` too. */
export function openPlan(file: string, exclude: readonly string[]): Plan {
  const isExcluded = matcherOf(exclude);
  const excludesAll = matcherOf(
    exclude.filter((glob) => /(^|\/)\*\*$/.test(glob)).map((glob) => glob.replace(/\/\*\*$/, '')),
  );
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const insert = database.prepare('INSERT OR REPLACE INTO node (sort, kind, id, entry) VALUES (?, ?, ?, ?)');
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
  const countExcluded = database.prepare(COUNT_EXCLUDED);
  const claim = database.prepare('INSERT OR IGNORE INTO fold (hash) VALUES (?)');
  const rename = database.prepare('INSERT INTO alias (key, name) VALUES (?, ?)');
  const renamed = database.prepare('SELECT name FROM alias WHERE key = ?');
  let renames = 0;

  const forget = (key: string): void => {
    if (key === '') database.exec('DELETE FROM node; DELETE FROM moved; DELETE FROM excluded');
    else for (const table of [removeTree, removeExcluded]) table.run(sortKey(key), ...bounds(key));
  };

  return {
    apply(entries) {
      database.exec('BEGIN');
      for (const entry of entries) {
        if (entry.kind === 'deleted') forget(entry.key);
        else if (isExcluded(entry.path)) leaveOut.run(sortKey(entry.key), entry.kind);
        else insert.run(sortKey(entry.key), entry.kind, idOf(entry), jsonOf(entry));
      }
      database.exec('COMMIT');
    },
    forget,
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
    excludesAll,
    countFiles: () => Number(countFiles.get()?.['n']),
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

const matcherOf = (globs: readonly string[]): ((path: string) => boolean) =>
  globs.length > 0 ? picomatch([...globs], { nocase: true, dot: true, nonegate: true }) : () => false;

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

const RANGE_ROWS = 5000;
/** Sorts before every key, and after. */
const [FIRST, LAST] = [Buffer.alloc(0), Buffer.from([0xff])];

/** All rows in ranges (from, to] of their sort keys, each a statement of some milliseconds. */
function* rowRanges(nextBound: StatementSync): Generator<readonly [Uint8Array, Uint8Array]> {
  for (let from: Uint8Array = FIRST; from !== LAST; ) {
    const bound = nextBound.get(from, RANGE_ROWS)?.['sort'] as Uint8Array | undefined;
    yield [from, bound ?? LAST];
    from = bound ?? LAST;
  }
}

/** The open interval of sort keys below a folder. */
function bounds(key: string): [Buffer, Buffer] {
  const sort = sortKey(key);
  return [Buffer.concat([sort, Buffer.from([0])]), Buffer.concat([sort, Buffer.from([1])])];
}

const sortKey = (key: string): Buffer => Buffer.from(key.replaceAll('/', '\0'), 'utf8');
