/**
 * One database per run, thrown away after it: no journal, no sync. `sort` is the key with 0 for `/`, so that a plain
 * byte comparison keeps a folder's content together ("a b" would otherwise fall between "a" and "a/x"). `entry` is what
 * the store said, as JSON. No index on `id`: it makes the listing of a million files take twice as long, for the few
 * that move meanwhile, which `moved` knows.
 */
export const PLAN_SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -16000;
  PRAGMA temp_store = FILE;
  CREATE TABLE node (sort BLOB PRIMARY KEY, kind TEXT NOT NULL, id TEXT, entry TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE moved (id TEXT PRIMARY KEY, sort BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE fold (hash INTEGER PRIMARY KEY);
  CREATE TABLE alias (key TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
`;
