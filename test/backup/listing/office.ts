/**
 * An office's tree in memory, in which files and folders keep their identity when they move. It knows nothing of time:
 * whoever lists it takes steps (office-source.ts), and between two of them anything may be changed.
 */
export interface Office {
  readonly root: OfficeFolder;
  /** What has changed so far, in order: a deletion by its path, anything else as the item that it concerns. */
  readonly journal: readonly (Item | { readonly deleted: string })[];
  /** Two names that are equal by it are the same name. */
  keyOf(path: string): string;
  put(path: string, modified?: Date): OfficeFile;
  folder(path: string): OfficeFolder;
  move(from: string, to: string): void;
  remove(path: string): void;
  at(path: string): Item | undefined;
  /** Of an item that lies in the tree; undefined once it was removed. */
  pathOf(item: Item): string | undefined;
  files(): OfficeFile[];
  folders(): OfficeFolder[];
}

export interface OfficeFile {
  readonly kind: 'file';
  readonly id: number;
  readonly modified: Date;
  name: string;
  parent: OfficeFolder | undefined;
  /** Its place in the journal. */
  seq: number;
}

export interface OfficeFolder {
  readonly kind: 'folder';
  readonly id: number;
  name: string;
  parent: OfficeFolder | undefined;
  seq: number;
  readonly children: Map<string, Item>;
  /** Grows with each entry that comes or goes, and when it is moved itself: as ctime does. */
  version: number;
}

const LONG_AGO = new Date(Date.UTC(2025, 0, 1));

export type Item = OfficeFile | OfficeFolder;

export function newOffice({ ignoresCase }: { readonly ignoresCase: boolean }): Office {
  const journal: (Item | { readonly deleted: string })[] = [];
  let made = 0;
  let version = 0;
  const keyOf = (path: string): string => (ignoresCase ? path.toLowerCase() : path);
  const root: OfficeFolder = {
    kind: 'folder',
    id: 0,
    name: '',
    parent: undefined,
    seq: 0,
    children: new Map(),
    version,
  };

  const at = (path: string): Item | undefined => {
    let item: Item | undefined = root;
    for (const name of path === '' ? [] : path.split('/'))
      item = item?.kind === 'folder' ? item.children.get(keyOf(name)) : undefined;
    return item;
  };
  const tell = (item: Item): void => {
    item.seq = journal.length;
    journal.push(item);
  };
  const attach = (item: Item, parent: OfficeFolder, name: string): void => {
    if (parent.children.has(keyOf(name))) throw new Error(`${name} is taken`);
    item.name = name;
    item.parent = parent;
    parent.children.set(keyOf(name), item);
    parent.version = ++version;
    for (const one of withinItem(item)) tell(one);
  };
  const detach = (item: Item): void => {
    const path = pathOf(item);
    if (!item.parent || path === undefined) throw new Error('the root stays');
    item.parent.children.delete(keyOf(item.name));
    item.parent.version = ++version;
    if (item.kind === 'folder') item.version = ++version;
    item.parent = undefined;
    for (const one of withinItem(item)) one.seq = -1;
    journal.push({ deleted: keyOf(path) });
  };
  const makeFolder = (path: string): OfficeFolder => {
    const there = at(path);
    if (there?.kind === 'folder') return there;
    if (there) throw new Error(`${path} is a file`);
    const folder: OfficeFolder = {
      kind: 'folder',
      id: ++made,
      name: '',
      parent: undefined,
      seq: 0,
      children: new Map(),
      version: 0,
    };
    attach(folder, makeFolder(parentPath(path)), lastName(path));
    return folder;
  };
  function pathOf(item: Item): string | undefined {
    const names: string[] = [];
    for (let one: Item = item; one !== root; one = one.parent) {
      names.unshift(one.name);
      if (!one.parent) return undefined;
    }
    return names.join('/');
  }

  return {
    root,
    journal,
    keyOf,
    at,
    pathOf,
    folder: makeFolder,
    put(path, modified = LONG_AGO) {
      const file: OfficeFile = { kind: 'file', id: ++made, modified, name: '', parent: undefined, seq: 0 };
      attach(file, makeFolder(parentPath(path)), lastName(path));
      return file;
    },
    move(from, to) {
      const item = at(from);
      if (!item) throw new Error(`${from} is not there`);
      detach(item);
      attach(item, makeFolder(parentPath(to)), lastName(to));
    },
    remove(path) {
      const item = at(path);
      if (!item) throw new Error(`${path} is not there`);
      detach(item);
    },
    files: () => [...withinItem(root)].filter((item) => item.kind === 'file'),
    folders: () => [...withinItem(root)].filter((item) => item.kind === 'folder'),
  };
}

/** An item and all that lies below it, from the top down. */
function* withinItem(item: Item): Generator<Item> {
  yield item;
  if (item.kind === 'folder') for (const child of item.children.values()) yield* withinItem(child);
}

const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
