import type { Clock } from '../../../src/host/clock.ts';
import { hashBytes } from '../../../src/store/content-hash.ts';

/** An account's files in memory, with what Dropbox has and a disk has not: ids, revisions, a feed of changes. */
export interface FileNode {
  readonly kind: 'file';
  readonly path: string;
  readonly id: string;
  readonly rev: string;
  readonly bytes: Buffer;
  readonly contentHash: string;
  readonly modified: Date;
  readonly stored: Date;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly path: string;
  readonly id: string;
}

export type Node = FileNode | FolderNode;

/** Something that came to stand at a path, or went from there with all below it. */
export type Change = { readonly path: string; readonly node: Node | undefined };

export interface MemoryTree {
  readonly clock: Clock;
  /** In the order in which they happened; a bookmark is a place in it. */
  readonly changes: readonly Change[];
  /** Bookmarks before this place have expired. */
  oldestBookmark: number;
  get(path: string): Node | undefined;
  /** The folder's own node not included; in the order of keys. */
  below(folder: string): Node[];
  children(folder: string): Node[];
  put(path: string, bytes: Buffer, modified?: Date): FileNode;
  makeFolder(path: string): void;
  move(from: string, to: string): void;
  remove(path: string): void;
}

export const keyOf = (path: string): string => path.normalize('NFC').toLowerCase();
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export function memoryTree(clock: Clock): MemoryTree {
  const nodes = new Map<string, Node>();
  const changes: Change[] = [];
  let made = 0;

  const set = (node: Node): void => {
    nodes.set(keyOf(node.path), node);
    changes.push({ path: node.path, node });
  };
  const below = (folder: string): Node[] =>
    [...nodes]
      .filter(([key]) => key.startsWith(`${keyOf(folder)}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, node]) => node);
  const makeFolder = (path: string): void => {
    if (path === '' || nodes.has(keyOf(path))) return;
    makeFolder(parentOf(path));
    set({ kind: 'folder', path, id: `id:${made++}` });
  };
  const remove = (path: string): void => {
    for (const node of below(path)) nodes.delete(keyOf(node.path));
    if (nodes.delete(keyOf(path))) changes.push({ path, node: undefined });
  };

  return {
    clock,
    changes,
    oldestBookmark: 0,
    get: (path) => nodes.get(keyOf(path)),
    below,
    children: (folder) => below(folder).filter(({ path }) => keyOf(parentOf(path)) === keyOf(folder)),
    put(path, bytes, modified = clock.now()) {
      makeFolder(parentOf(path));
      const id = nodes.get(keyOf(path))?.id ?? `id:${made++}`;
      const { contentHash } = hashBytes(bytes);
      const whole = new Date(Math.floor(modified.getTime() / 1000) * 1000);
      const node: FileNode = {
        kind: 'file',
        path,
        id,
        rev: `r${made++}`,
        bytes,
        contentHash,
        modified: whole,
        stored: clock.now(),
      };
      set(node);
      return node;
    },
    makeFolder,
    move(from, to) {
      const [node, inside] = [nodes.get(keyOf(from)), below(from)];
      if (!node) throw new Error(`there is no ${from}`);
      remove(from);
      makeFolder(parentOf(to));
      for (const moved of [node, ...inside]) set({ ...moved, path: `${to}${moved.path.slice(from.length)}` });
    },
    remove,
  };
}
