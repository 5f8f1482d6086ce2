import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { DeletedEntry, Entry, FileEntry, FolderEntry } from '../../store/store.ts';

/** What a plan holds: everything that a store can list but a deletion. */
export type PlanEntry = Exclude<Entry, DeletedEntry>;

/** The columns of the table `node` as SQLite gives them back. Times are seconds since 1970. */
export interface PlanRow {
  readonly kind: PlanEntry['kind'];
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly id: string | null;
  readonly rev: string | null;
  readonly size: number | null;
  readonly modified: number | null;
  readonly stored: number | null;
  readonly content_hash: string | null;
  readonly exported_as: string | null;
  readonly reason: SkipReason | null;
}

/** The last component of an entry's path, as people know it. */
export const nameOf = (entry: PlanEntry): string =>
  entry.kind === 'unusable' ? entry.path.slice(entry.path.lastIndexOf('/') + 1) : entry.name;

/** In the order of the table's columns, without `sort`. */
export function columnsOf(entry: PlanEntry): (string | number | null)[] {
  const file: Partial<FileEntry> = entry.kind === 'file' ? entry : {};
  const named: Partial<FileEntry | FolderEntry> = entry.kind === 'unusable' ? {} : entry;
  return [
    entry.kind,
    entry.path,
    entry.key,
    nameOf(entry),
    named.id ?? null,
    file.rev ?? null,
    file.size ?? null,
    file.modified ? wholeSeconds(file.modified) : null,
    file.stored ? wholeSeconds(file.stored) : null,
    file.contentHash ?? null,
    file.exportedAs ?? null,
    entry.kind === 'unusable' ? entry.reason : null,
  ];
}

export function entryOf(row: PlanRow): PlanEntry {
  const { path, key, name } = row;
  const id = row.id === null ? {} : { id: row.id };
  if (row.kind === 'unusable') return { kind: 'unusable', path, key, reason: row.reason ?? 'unreadable' };
  if (row.kind === 'folder') return { kind: 'folder', path, key, name, ...id };
  return {
    kind: 'file',
    path,
    key,
    name,
    ...id,
    rev: row.rev ?? '',
    size: row.size ?? 0,
    modified: new Date((row.modified ?? 0) * 1000),
    stored: new Date((row.stored ?? 0) * 1000),
    ...(row.content_hash !== null && { contentHash: row.content_hash }),
    ...(row.exported_as !== null && { exportedAs: row.exported_as }),
  };
}

const wholeSeconds = (at: Date): number => Math.floor(at.getTime() / 1000);
