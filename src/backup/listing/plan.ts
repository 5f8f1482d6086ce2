import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { DeletedEntry, Entry, FileEntry, FolderEntry } from '../../store/store.ts';
import { PLAN_SCHEMA } from './plan-schema.ts';

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
  /** After a move was seen: of the places that a file was listed at, only this one stays. */
  keepOnly(id: string, key: string): void;
  /** Rows in archive order: by case, then by path, a folder right before what it holds. */
  rows(): IterableIterator<PlanRow>;
  countFiles(): number;
  /** From now on it is only read in order, for which it needs hardly any memory. */
  shrink(): void;
  readonly database: DatabaseSync;
  close(): void;
}

export interface PlanRow {
  /** Key as bytes with 0 instead of `/`, which is the order of the archive. */
  readonly sort: Uint8Array;
  readonly kind: 'file' | 'folder' | 'unusable';
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly id: string | null;
  readonly rev: string | null;
  readonly size: number | null;
  /** Seconds since 1970. */
  readonly modified: number | null;
  readonly stored: number | null;
  readonly content_hash: string | null;
  readonly exported_as: string | null;
  readonly reason: SkipReason | null;
}

export function openPlan(file: string, isExcluded: (path: string) => boolean): Plan {
  const database = new DatabaseSync(file);
  database.exec(PLAN_SCHEMA);
  const insert = database.prepare(
    `INSERT OR REPLACE INTO node (sort, kind, path, key, name, id, rev, size, modified, stored, content_hash, exported_as, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeTree = database.prepare('DELETE FROM node WHERE sort = ? OR (sort > ? AND sort < ?)');
  const removeOthers = database.prepare('DELETE FROM node WHERE id = ? AND key <> ?');
  const countFiles = database.prepare("SELECT count(*) AS n FROM node WHERE kind = 'file'");

  const forget = (key: string): void => {
    if (key === '') database.exec('DELETE FROM node');
    else removeTree.run(sortKey(key), ...bounds(key));
  };

  return {
    database,
    apply(entries) {
      database.exec('BEGIN');
      for (const entry of entries) {
        if (entry.kind === 'deleted') forget(entry.key);
        else if (!isExcluded(entry.path)) insertEntry(insert, entry);
      }
      database.exec('COMMIT');
    },
    forget,
    keepOnly(id, key) {
      removeOthers.run(id, key);
    },
    rows: () =>
      database
        .prepare('SELECT * FROM node ORDER BY sort')
        .iterate() as IterableIterator<unknown> as IterableIterator<PlanRow>,
    countFiles: () => Number(countFiles.get()?.['n']),
    shrink: () => database.exec('PRAGMA cache_size = -1000; PRAGMA shrink_memory'),
    close: () => database.close(),
  };
}

/** The open interval of sort keys below a folder. */
function bounds(key: string): [Buffer, Buffer] {
  const sort = sortKey(key);
  return [Buffer.concat([sort, Buffer.from([0])]), Buffer.concat([sort, Buffer.from([1])])];
}

const sortKey = (key: string): Buffer => Buffer.from(key.replaceAll('/', '\0'), 'utf8');

function insertEntry(insert: StatementSync, entry: Exclude<Entry, DeletedEntry>): void {
  const file: Partial<FileEntry> = entry.kind === 'file' ? entry : {};
  const named: Partial<FileEntry | FolderEntry> = entry.kind === 'unusable' ? {} : entry;
  const reason = entry.kind === 'unusable' ? entry.reason : null;
  insert.run(
    sortKey(entry.key),
    entry.kind,
    entry.path,
    entry.key,
    named.name ?? entry.path.slice(entry.path.lastIndexOf('/') + 1),
    named.id ?? null,
    file.rev ?? null,
    file.size ?? null,
    file.modified ? Math.floor(file.modified.getTime() / 1000) : null,
    file.stored ? Math.floor(file.stored.getTime() / 1000) : null,
    file.contentHash ?? null,
    file.exportedAs ?? null,
    reason,
  );
}
