import { Failure } from '../../../src/host/errors.ts';
import type { Entry, Page, Source } from '../../../src/store/store.ts';
import type { Item, Office, OfficeFolder } from './office.ts';

/**
 * What happens right before a step of a listing; `at` says which: `list USA001/Mails`, `changes`, `stat USA001`. What it
 * throws is the answer; 'expired' from one of `changes`: the bookmark is forgotten.
 */
export type Step = (at: string) => unknown;

/**
 * An office as a source with a change feed, such as Dropbox: a recursive listing goes folder by folder, and what the
 * tree is like is looked up at each step anew.
 */
export function feedSource(office: Office, onStep: Step): Source {
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

/** As every store refuses to list what is not there. */
export const missing = (path: string): Failure => new Failure('SourceMissing', `there is no folder ${path}`);

const isWithin = (path: string, top: string): boolean => top === '' || path === top || path.startsWith(`${top}/`);

export function entryOf(office: Office, item: Item): Entry {
  const path = office.pathOf(item) ?? '';
  const place = { path, key: office.keyOf(path), name: item.name };
  if (item.kind === 'folder') return { kind: 'folder', ...place, id: `id:${item.id}` };
  const time = new Date(Date.UTC(2026, 0, 1));
  return { kind: 'file', ...place, id: `id:${item.id}`, rev: String(item.id), size: 1, modified: time, stored: time };
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
