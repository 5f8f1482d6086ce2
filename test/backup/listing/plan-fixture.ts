import { openPlan, type Plan } from '../../../src/backup/listing/plan.ts';
import type { Entry, FileEntry, FolderEntry } from '../../../src/store/store.ts';

/** A plan in memory, filled in this order. */
export function planOf(entries: readonly Entry[], exclude: readonly string[] = []): Plan {
  const plan = openPlan(':memory:', exclude);
  plan.apply(entries);
  return plan;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** As a store lists it that minds upper and lower case: the key is the path. */
export function file(path: string, change: Partial<FileEntry> = {}): FileEntry {
  return {
    kind: 'file',
    path,
    key: path,
    name: nameOf(path),
    id: `id:${path}`,
    rev: 'rev-1',
    size: path.length,
    modified: new Date(Date.UTC(2026, 0, 1)),
    stored: new Date(Date.UTC(2026, 0, 2)),
    contentHash: 'ab'.repeat(32),
    ...change,
  };
}

export function folder(path: string): FolderEntry {
  return { kind: 'folder', path, key: path, name: nameOf(path) };
}
