import { isConcealed } from './access.ts';
import type { Content } from './contents.ts';
import { keyOf, lowered } from './names.ts';
import {
  type FileFlags,
  type FileNode,
  type FolderFlags,
  type FolderNode,
  namespaceOf,
  pathBelow,
  type Revision,
  seqOfId,
  seqOfRev,
  type Tombstone,
  type TreeNode,
  withDescendants,
} from './nodes.ts';
import { Refusal } from './wire.ts';

export interface FileState {
  readonly content: Content;
  readonly clientModified: number;
  readonly serverModified: number;
  readonly flags?: FileFlags | undefined;
}

/**
 * The account's files as one tree plus a journal of changes. Every change appends the node it concerns, so a position
 * in the journal is at once a file's rev, a node's id and a cursor's place; a million files cost about 300 MB.
 */
export class Tree {
  readonly top: FolderNode;
  readonly journal: (TreeNode | Tombstone)[] = [];
  readonly superseded = new Map<number, Revision>();
  /** Roots of namespaces by id: usable as path roots and in `ns:` paths. */
  readonly namespaces = new Map<string, FolderNode>();
  usedBytes = 0;
  #watchers = new Set<() => void>();

  constructor() {
    this.top = this.#folderNode('', undefined);
  }

  /** Runs once, after the next change. */
  onChange(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  child(folder: FolderNode, name: string): TreeNode | undefined {
    return folder.children.get(keyOf(name));
  }

  makeNamespace(folder: FolderNode, id: string): void {
    folder.namespaceId = id;
    this.namespaces.set(id, folder);
  }

  makeFolder(parent: FolderNode, name: string): FolderNode {
    const folder = this.#folderNode(name, parent);
    parent.children.set(folder.key, folder);
    return folder;
  }

  /** Creates what is missing on the way. A file in the way is refused with `conflict/file_ancestor`. */
  makeFolders(base: FolderNode, names: readonly string[]): FolderNode {
    let at = base;
    for (const name of names) {
      const next = at.children.get(keyOf(name)) ?? this.makeFolder(at, name);
      if (next.kind === 'file') throw new Refusal('conflict/file_ancestor');
      at = next;
    }
    return at;
  }

  makeFile(parent: FolderNode, name: string, state: FileState): FileNode {
    const file: FileNode = {
      kind: 'file',
      name,
      key: keyOf(name),
      parent,
      id: this.journal.length,
      seq: 0,
      content: state.content,
      clientModified: state.clientModified,
      serverModified: state.serverModified,
      flags: state.flags,
      hidden: undefined,
    };
    parent.children.set(file.key, file);
    this.usedBytes += state.content.size;
    this.#append(file);
    return file;
  }

  /** Same id, new rev; the old state stays readable by its rev. */
  replaceFile(file: FileNode, state: FileState): void {
    this.#supersede(file);
    this.usedBytes += state.content.size - file.content.size;
    Object.assign(file, { ...state, flags: state.flags });
    this.#append(file);
  }

  /** Told by cursors as a change of the folder itself; nothing below it is new. */
  restrict(folder: FolderNode, flags: FolderFlags | undefined): void {
    folder.flags = flags;
    this.#append(folder);
  }

  remove(node: TreeNode, now: number): void {
    this.#bury(node, now);
    for (const gone of withDescendants(node)) {
      if (gone.kind === 'file') {
        this.#supersede(gone);
        this.usedBytes -= gone.content.size;
      }
      gone.seq = -1;
    }
  }

  /** Removes and forgets: no rev of what was below can be read again, as after the web page's permanent deletion. */
  purge(node: TreeNode, now: number): void {
    this.remove(node, now);
    const purged = new Set(withDescendants(node));
    for (const [seq, revision] of this.superseded) if (purged.has(revision.node)) this.superseded.delete(seq);
  }

  /**
   * Ids stay; revs and times of the service are new, as every item below counts as changed. Another spelling of the same
   * place leaves no tombstone there.
   */
  move(node: TreeNode, parent: FolderNode, name: string, now: number): void {
    const staysInPlace = node.parent === parent && node.key === keyOf(name);
    if (!staysInPlace) this.#bury(node, now);
    for (const moved of withDescendants(node)) {
      if (moved.kind !== 'file') continue;
      this.#supersede(moved);
      moved.serverModified = now;
    }
    node.parent = parent;
    node.name = name;
    node.key = keyOf(name);
    parent.children.set(node.key, node);
    for (const moved of withDescendants(node)) this.#append(moved);
  }

  /** A deleted file lives again, under its old id. */
  revive(file: FileNode, parent: FolderNode, name: string, state: FileState): void {
    Object.assign(file, { ...state, flags: state.flags, parent, name, key: keyOf(name) });
    parent.children.set(file.key, file);
    this.usedBytes += state.content.size;
    this.#append(file);
  }

  byId(id: string): TreeNode | undefined {
    const node = this.journal[seqOfId(id)];
    return node !== undefined && node.kind !== 'deleted' && node.seq >= 0 ? node : undefined;
  }

  /** The file whose present rev this is, or the superseded state that once had it. */
  byRev(rev: string): FileNode | Revision | undefined {
    const seq = seqOfRev(rev);
    const node = this.journal[seq];
    if (node?.kind === 'file' && node.seq === seq) return node;
    return this.superseded.get(seq);
  }

  /** The newest deletion of this path; a path that lives again has none. */
  tombstoneAt(view: FolderNode, path: string): Tombstone | undefined {
    const wanted = `${pathBelow(this.top, view, 'key') ?? ''}${lowered(path)}`;
    return this.journal.findLast((entry) => entry.kind === 'deleted' && entry.pathLower === wanted) as
      | Tombstone
      | undefined;
  }

  #bury(node: TreeNode, deleted: number): void {
    const pathLower = pathBelow(this.top, node, 'key') ?? '';
    const pathDisplay = pathBelow(this.top, node, 'name') ?? '';
    const concealed = isConcealed(node);
    node.parent?.children.delete(node.key);
    const gone = { kind: 'deleted', name: node.name, pathLower, pathDisplay, concealed, deleted } as const;
    this.#append({ ...gone, seq: this.journal.length });
  }

  #supersede(file: FileNode): void {
    const { seq, name, content, clientModified, serverModified } = file;
    const pathLower = pathBelow(this.top, file, 'key') ?? '';
    const namespace = namespaceOf(file);
    this.superseded.set(seq, { seq, node: file, namespace, pathLower, name, content, clientModified, serverModified });
  }

  #folderNode(name: string, parent: FolderNode | undefined): FolderNode {
    const folder: FolderNode = {
      kind: 'folder',
      name,
      key: keyOf(name),
      parent,
      id: this.journal.length,
      seq: 0,
      children: new Map(),
      namespaceId: undefined,
      flags: undefined,
    };
    this.#append(folder);
    return folder;
  }

  #append(entry: TreeNode | Tombstone): void {
    if (entry.kind !== 'deleted') entry.seq = this.journal.length;
    this.journal.push(entry);
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }
}
