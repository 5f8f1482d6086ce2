import type { files } from 'dropbox';
import { Failure } from '../../host/errors.ts';
import type { Attempts } from '../retrying.ts';
import { type Entry, type Page, Unavailable } from '../store.ts';
import { ApiError, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { listingRefusal, rootClosed, unseenRoot } from './closed-folder.ts';
import { toEntry } from './entries.ts';
import { lookup } from './lookup.ts';
import { depthOf, type Paths } from './paths.ts';

/** The API's own maximum. */
const PAGE_LIMIT = 2000;
/** A cursor is reset once in a while; a tree that resets it again and again never gets listed. */
const MAX_RESTARTS = 5;
/** A folder that is there and, so often in a row, is not found to be listed is one that we may not look into. */
const MAX_REFUSALS = 3;
/** Empty pages with has_more are normal, thousands in a row are not: dropbox-sdk-java issues 281 and 284. */
const MAX_EMPTY_PAGES = 10_000;

export interface Listing {
  list(folder: string, options: { readonly recursive: boolean }, signal: AbortSignal): AsyncGenerator<Page>;
  bookmark(signal: AbortSignal): Promise<string>;
  changes(bookmark: string, signal: AbortSignal): AsyncGenerator<Page>;
}

export function createListing(client: Client, paths: Paths): Listing {
  const follow = (cursor: string, signal: AbortSignal): Promise<files.ListFolderResult> =>
    client.read((sdk) => sdk.filesListFolderContinue({ cursor }, { signal }), signal);

  /** Ends where has_more says so, and by nothing else: pages vary in size and may be empty. */
  async function* pages(first: files.ListFolderResult, depth: number, signal: AbortSignal): AsyncGenerator<Page> {
    let empty = 0;
    for (let page = first; ; page = await follow(page.cursor, signal)) {
      const entries = page.entries.map((metadata) => toEntry(metadata, paths));
      // A recursive listing contains the listed folder itself.
      yield { kind: 'entries', entries: entries.filter((entry) => !isListedFolder(entry, depth)) };
      if (!page.has_more) return;
      empty = page.entries.length === 0 ? empty + 1 : 0;
      if (empty >= MAX_EMPTY_PAGES) {
        throw new Failure('ListingWithoutEnd', `Dropbox sent ${empty} empty pages and promises still more`, {
          hint: 'start the run again later; if it stays so, report it to Dropbox',
        });
      }
    }
  }

  const rootRefusal = (error: unknown, signal: AbortSignal): Promise<unknown> =>
    listingRefusal(error, { client, where: paths.root, isRoot: true }, signal);

  /** What the root itself says of the listing's completeness. */
  async function* rest(signal: AbortSignal): AsyncGenerator<Page> {
    const root = paths.root === '' ? undefined : await lookup(client, paths.root, signal);
    const unseen = root?.['.tag'] === 'folder' ? unseenRoot(root) : undefined;
    if (unseen) yield { kind: 'entries', entries: [unseen] };
  }

  return {
    async *list(folder, { recursive }, signal) {
      const where = paths.absolute(folder);
      let attempts: Attempts | undefined;
      let refusals = 0;
      for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
        if (restarts > 0) yield { kind: 'restart' };
        try {
          const argument = { path: where, recursive, limit: PAGE_LIMIT };
          const first = await client.read((sdk) => sdk.filesListFolder(argument, { signal }), signal);
          yield* pages(first, depthOf(folder), signal);
          if (folder === '') yield* rest(signal);
          return;
        } catch (error) {
          if (isReset(error)) continue;
          const meaning = await listingRefusal(error, { client, where, isRoot: folder === '' }, signal);
          if (!(meaning instanceof TransferFault)) throw meaning;
          if (++refusals >= MAX_REFUSALS) throw folder === '' ? rootClosed(where, error) : new Unavailable('no_access');
          attempts ??= client.account.retrying.start(signal);
          await attempts.failed(meaning);
        }
      }
      throw new Failure('ListingUnstable', `Dropbox reset the listing of ${where} ${MAX_RESTARTS + 1} times`, {
        hint: 'start the run when the tree is quieter',
      });
    },

    async bookmark(signal) {
      const argument = { path: paths.root, recursive: true, limit: PAGE_LIMIT };
      try {
        return (await client.read((sdk) => sdk.filesListFolderGetLatestCursor(argument, { signal }), signal)).cursor;
      } catch (error) {
        throw await rootRefusal(error, signal);
      }
    },

    async *changes(bookmark, signal) {
      try {
        yield* pages(await follow(bookmark, signal), 0, signal);
      } catch (error) {
        if (!isReset(error)) throw await rootRefusal(error, signal);
        yield { kind: 'restart' };
      }
    },
  };
}

function isListedFolder(entry: Entry, depth: number): boolean {
  return entry.kind === 'folder' && depthOf(entry.key) <= depth;
}

function isReset(error: unknown): boolean {
  return error instanceof ApiError && error.is('reset');
}
