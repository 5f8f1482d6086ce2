import { Failure } from '../../../src/host/errors.ts';
import { untilAborted } from '../../../src/host/until-aborted.ts';
import { hashBytes } from '../../../src/store/content-hash.ts';
import { checkRelative } from '../../../src/store/relative-path.ts';
import {
  Conflict,
  type Entry,
  type FileEntry,
  type Page,
  type Source,
  type Store,
  Unavailable,
} from '../../../src/store/store.ts';
import { type FileNode, keyOf, type MemoryTree, type Node, parentOf } from './memory-tree.ts';

export interface MemoryStoreOptions {
  /** Entries of a page; small, so that the world can move between two. */
  readonly pageSize?: number;
  /** Happens before every answer. What it throws is the answer. */
  readonly beforeAnswer?: (call: string, path: string) => void;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** A folder of a memory tree as a store; held to the contract by the same sentences as the real ones. */
export function openMemoryStore(
  tree: MemoryTree,
  root: string,
  { pageSize = 1000, beforeAnswer = () => undefined }: MemoryStoreOptions = {},
): Store & Source {
  const absolute = (path: string): string => {
    checkRelative(path, root);
    return path === '' ? root : `${root}/${path}`;
  };
  const asked = (call: string, path: string, signal: AbortSignal): string => {
    signal.throwIfAborted();
    const full = absolute(path);
    beforeAnswer(call, path);
    return full;
  };
  const entryOf = (node: Node): Entry => {
    const path = node.path.slice(root.length + 1);
    const named = { path, key: keyOf(path), name: path.slice(path.lastIndexOf('/') + 1), id: node.id };
    if (node.kind === 'folder') return { kind: 'folder', ...named };
    const { rev, bytes, modified, stored, contentHash } = node;
    return { kind: 'file', ...named, rev, size: bytes.length, modified, stored, contentHash };
  };
  const fileEntry = (node: FileNode): FileEntry => entryOf(node) as FileEntry;
  /** By id, as Dropbox finds a file that was renamed meanwhile. */
  const contentOf = ({ path, rev, id }: FileEntry): FileNode => {
    const at = tree.get(absolute(path));
    const node = at?.kind === 'file' && at.rev === rev ? at : tree.below('').find((other) => other.id === id);
    if (node?.kind !== 'file') throw new Unavailable('deleted_during_run');
    if (node.rev !== rev) throw new Unavailable('changed_during_run');
    return node;
  };
  const expectFree = (path: string): void => {
    for (let above = parentOf(path); above !== ''; above = parentOf(above))
      if (tree.get(above)?.kind === 'file') throw new Conflict(`${above} is a file`);
    if (tree.get(path)) throw new Conflict(`${path} is taken`);
  };
  const mine = ({ path, rev }: FileEntry): FileNode => {
    const node = tree.get(absolute(path));
    if (node?.kind !== 'file' || node.rev !== rev) throw new Conflict(`${path} is another revision`);
    return node;
  };
  const pagesOf = function* (nodes: () => Node[]): Generator<Page> {
    // From where the last page ended, in the tree as it is by then.
    for (let after = ''; ; ) {
      const rest = nodes().filter(({ path }) => keyOf(path) > after);
      yield { kind: 'entries', entries: rest.slice(0, pageSize).map(entryOf) };
      const last = rest[pageSize - 1];
      if (!last || rest.length <= pageSize) return;
      after = keyOf(last.path);
    }
  };

  return {
    capabilities: { makesRoot: true },
    locate: (path) => absolute(path),
    async identify(signal) {
      asked('identify', '', signal);
      const lineage: string[] = [];
      for (let above = root; tree.get(root) && above !== ''; above = parentOf(above))
        lineage.push(tree.get(above)?.id ?? '');
      return {
        realm: 'memory',
        account: 'dbid:office',
        namespace: '1',
        root: { exists: tree.get(root) !== undefined, path: keyOf(root), lineage },
      };
    },
    async *list(folder, { recursive }, signal) {
      const full = asked('list', folder, signal);
      if (tree.get(full)?.kind !== 'folder') throw new Failure('SourceMissing', `${full} does not exist`);
      for (const page of pagesOf(() => (recursive ? tree.below(full) : tree.children(full)))) {
        yield page;
        asked('list', folder, signal);
      }
    },
    async bookmark(signal) {
      asked('bookmark', '', signal);
      return String(tree.changes.length);
    },
    async *changes(bookmark, signal) {
      asked('changes', '', signal);
      const from = Number(bookmark);
      if (!Number.isInteger(from) || from < tree.oldestBookmark) {
        yield { kind: 'restart' };
        return;
      }
      const isBelow = (path: string): boolean => keyOf(path).startsWith(`${keyOf(root)}/`);
      const entries = tree.changes
        .slice(from)
        .filter(({ path }) => isBelow(path))
        .map(
          ({ path, node }): Entry =>
            node ? entryOf(node) : { kind: 'deleted', key: keyOf(path.slice(root.length + 1)) },
        );
      yield { kind: 'entries', entries };
    },
    async stat(path, signal) {
      const node = tree.get(asked('stat', path, signal));
      return node && (entryOf(node) as FileEntry);
    },
    async load(file, signal) {
      asked('load', file.path, signal);
      const bytes = Buffer.from(contentOf(file).bytes);
      return { bytes, digest: hashBytes(bytes) };
    },
    async *stream(file, signal) {
      asked('stream', file.path, signal);
      const { bytes } = contentOf(file);
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        signal.throwIfAborted();
        yield Buffer.from(bytes.subarray(at, at + CHUNK_BYTES));
      }
      return hashBytes(bytes);
    },
    async readRange(file, offset, length, signal) {
      asked('readRange', file.path, signal);
      const bytes = Buffer.from(contentOf(file).bytes.subarray(offset, offset + length));
      if (bytes.length < length) throw new Failure('ObjectTooShort', `${file.path} ends before ${offset + length}`);
      return bytes;
    },
    async write(path, body, { modified }, signal) {
      const full = asked('write', path, signal);
      expectFree(full);
      const chunks: Buffer[] = [];
      const iterator = body[Symbol.asyncIterator]();
      for (;;) {
        const next = await untilAborted(iterator.next(), signal);
        if (next.done) break;
        chunks.push(Buffer.from(next.value));
      }
      expectFree(full);
      return fileEntry(tree.put(full, Buffer.concat(chunks), modified));
    },
    async put(path, bytes, expect, signal) {
      const full = asked('put', path, signal);
      if (expect === 'absent') expectFree(full);
      else {
        const there = tree.get(full);
        if (there?.kind !== 'file' || there.rev !== expect.rev) throw new Conflict(`${path} is another revision`);
      }
      return fileEntry(tree.put(full, Buffer.from(bytes)));
    },
    async makeFolder(path, signal) {
      const full = asked('makeFolder', path, signal);
      if (tree.get(full)?.kind === 'folder') return;
      expectFree(full);
      tree.makeFolder(full);
    },
    async move(from, to, signal) {
      const target = asked('move', to, signal);
      const node = mine(from);
      expectFree(target);
      tree.move(node.path, target);
      return fileEntry(tree.get(target) as FileNode);
    },
    async remove(file, signal) {
      const full = asked('remove', file.path, signal);
      if (!tree.get(full)) return 'gone';
      mine(file);
      tree.remove(full);
      return 'removed';
    },
    async space(signal) {
      asked('space', '', signal);
      return undefined;
    },
    async now(signal) {
      asked('now', '', signal);
      return tree.clock.now();
    },
    close: async () => undefined,
  };
}
