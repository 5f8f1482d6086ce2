import { Failure } from '../../../src/host/errors.ts';
import type { Line } from '../../../src/store/list-options.ts';
import type { Look } from '../../../src/store/look.ts';
import type { Entry, Page, Source } from '../../../src/store/store.ts';
import type { Item, Office, OfficeFolder } from './office.ts';

/**
 * What happens right before a step of a listing; `at` says which: `list USA001/Mails`, `changes`, `stat USA001`. What it
 * throws is the answer; 'expired' from one of `changes`: the bookmark is forgotten.
 */
export type Step = (at: string) => unknown;

/**
 * An office as a source with a change feed, such as Dropbox: a recursive listing goes folder by folder, and what the
 * tree is like is looked up at each step anew. With a line, as whole as that allows.
 */
export function feedSource(office: Office, onStep: Step, line?: Line): Source {
  const folderAt = (path: string): OfficeFolder => {
    const item = office.at(path);
    if (item?.kind !== 'folder') throw missing(path);
    return item;
  };

  async function* listBelow(folder: OfficeFolder, top: string): AsyncGenerator<Page> {
    const path = office.pathOf(folder);
    if (path === undefined || !isWithin(path, top)) return;
    await onStep(`list ${path}`);
    const children = [...folder.children.values()];
    yield { kind: 'entries', entries: children.map((child) => entryOf(office, child)) };
    for (const child of children) if (child.kind === 'folder') yield* listBelow(child, top);
  }

  return {
    ...readingNothing,
    ...(line && { line }),
    async *list(path, { recursive }, signal) {
      signal.throwIfAborted();
      await onStep(`list ${path}`);
      const folder = folderAt(path);
      const children = [...folder.children.values()];
      yield { kind: 'entries', entries: children.map((child) => entryOf(office, child)) };
      if (!recursive) return;
      for (const child of children) if (child.kind === 'folder') yield* listBelow(child, path);
    },
    async stat(path) {
      await onStep(`stat ${path}`);
      const item = office.at(path);
      const entry = item && entryOf(office, item);
      return entry?.kind === 'file' || entry?.kind === 'folder' ? entry : undefined;
    },
    bookmark: async () => String(office.journal.length),
    async *changes(bookmark) {
      for (let position = Number(bookmark); ; position++) {
        if ((await onStep('changes')) === 'expired') {
          yield { kind: 'restart' };
          return;
        }
        const told = office.journal[position];
        if (told === undefined) return;
        if ('deleted' in told) yield { kind: 'entries', entries: [{ kind: 'deleted', key: told.deleted }] };
        else if (told.seq === position) yield { kind: 'entries', entries: [entryOf(office, told)] };
      }
    },
  };
}

/**
 * An office as a folder: no bookmarks, but looks. Names are read at one moment and looked at one by one at later ones, and
 * every folder is found by its path, as a file system does it. `timesOf` gives what its times and numbers tell.
 */
export function folderSource(
  office: Office,
  onStep: Step,
  timesOf: (folder: OfficeFolder) => string = ({ id, version }) => `${id}:${version}`,
): Source {
  const folderAt = (path: string): OfficeFolder | undefined => {
    const item = office.at(path);
    return item?.kind === 'folder' ? item : undefined;
  };
  const kindsIn = (folder: OfficeFolder): Kinds => new Map([...folder.children.values()].map((c) => [c.name, c.kind]));

  /** Undefined when there is no such folder. */
  async function* listOne(path: string): AsyncGenerator<Page, { kinds: Kinds; version: string } | undefined> {
    await onStep(`list ${path}`);
    const folder = folderAt(path);
    if (!folder) return undefined;
    const version = timesOf(folder);
    const kinds: Kinds = new Map();
    const names = [...kindsIn(folder).keys()];
    await onStep(`look at ${path}`);
    const items = names.flatMap((name) => office.at(below(path, name)) ?? []);
    for (const { name, kind } of items) kinds.set(name, kind);
    yield { kind: 'entries', entries: items.map((item) => entryOf(office, item)) };
    return { kinds, version };
  }

  async function* listAll(path: string): AsyncGenerator<Page, boolean> {
    const listed = yield* listOne(path);
    if (!listed) return false;
    for (const [name, kind] of listed.kinds) {
      const child = below(path, name);
      if (kind !== 'folder' || (yield* listAll(child))) continue;
      listed.kinds.delete(name);
      yield { kind: 'entries', entries: [{ kind: 'deleted', key: child }] };
    }
    yield { kind: 'entries', entries: [], looks: [lookOf(path, listed.kinds, listed.version)] };
    return true;
  }

  return {
    ...readingNothing,
    async *list(path, { recursive }, signal) {
      signal.throwIfAborted();
      if (recursive) {
        if (!(yield* listAll(path))) throw missing(path);
        return;
      }
      const listed = yield* listOne(path);
      if (!listed) throw missing(path);
      yield { kind: 'entries', entries: [], looks: [lookOf(path, listed.kinds, listed.version)] };
    },
    async stat(path) {
      await onStep(`stat ${path}`);
      const item = office.at(path);
      const entry = item && entryOf(office, item);
      return entry?.kind === 'file' || entry?.kind === 'folder' ? entry : undefined;
    },
    bookmark: async () => undefined,
    async *changes() {
      yield { kind: 'restart' };
    },
    async look(path) {
      await onStep(`look ${path}`);
      const folder = folderAt(path);
      return folder && lookOf(path, kindsIn(folder), timesOf(folder));
    },
  };
}

/** Such that two cases are listed all at once, and one of them by itself as well. */
export const FAR_AWAY: Line = { listingsAtOnce: 1, entriesPerCall: 1000 };

type Kinds = Map<string, Item['kind']>;

const lookOf = (folder: string, kinds: Kinds, version: string): Look => ({
  folder,
  names: `names: ${[...kinds].map((one) => one.join(' ')).toSorted()}`,
  identity: version.split(':')[0] ?? '',
  version,
});

const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** As every store refuses to list what is not there. */
export const missing = (path: string): Failure => new Failure('SourceMissing', `there is no folder ${path}`);

const isWithin = (path: string, top: string): boolean => top === '' || path === top || path.startsWith(`${top}/`);

export function entryOf(office: Office, item: Item): Entry {
  const path = office.pathOf(item) ?? '';
  const place = { path, key: office.keyOf(path), name: item.name };
  if (item.kind === 'folder') return { kind: 'folder', ...place, id: `id:${item.id}` };
  return {
    kind: 'file',
    ...place,
    id: `id:${item.id}`,
    rev: String(item.id),
    size: 1,
    modified: item.modified,
    stored: item.modified,
  };
}

/** What no listing asks for. */
export const readingNothing = {
  locate: (path: string) => `/CASES/${path}`.replace(/\/$/, ''),
  identify: () => Promise.reject(new Error('not asked for')),
  load: () => Promise.reject(new Error('not asked for')),
  readRange: () => Promise.reject(new Error('not asked for')),
  // biome-ignore lint/correctness/useYield: nothing is there to be read.
  async *stream(): AsyncGenerator<Buffer, never, void> {
    throw new Error('not asked for');
  },
  close: () => Promise.resolve(),
};
