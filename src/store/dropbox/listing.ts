import type { Dropbox, files } from 'dropbox';
import { Failure, messageOf } from '../../host/errors.ts';
import { sideBySide } from '../../host/parallel.ts';
import type { ListOptions } from '../list-options.ts';
import type { Attempts } from '../retrying.ts';
import { type Entry, type Page, Unavailable } from '../store.ts';
import { ApiError, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { judge } from './api/judge.ts';
import { listingRefusal, rootClosed, unseenRoot } from './closed-folder.ts';
import { type Metadata, toEntry } from './entries.ts';
import { lookup } from './lookup.ts';
import { depthOf, type Paths } from './paths.ts';
import { answerOf, WrongListing } from './wrong-listing.ts';

/** The API's own maximum. */
export const PAGE_LIMIT = 2000;
/** A cursor is reset once in a while; a tree that resets it again and again never gets listed. */
const MAX_RESTARTS = 5;
/** Of a listing that can be made in another way. */
const MAX_TRIAL_RESTARTS = 1;
/** In a row, within 7 to 15 s: more of them are no hiccup. */
const MAX_TRIAL_FAULTS = 5;
/** A folder that is there and, so often in a row, is not found to be listed is one that we may not look into. */
const MAX_REFUSALS = 3;
/** Empty pages with has_more are normal, thousands in a row are not: dropbox-sdk-java issues 281 and 284. */
const MAX_EMPTY_PAGES = 10_000;

export interface Listing {
  list(folder: string, options: ListOptions, signal: AbortSignal): AsyncGenerator<Page>;
  bookmark(signal: AbortSignal): Promise<string>;
  changes(bookmark: string, signal: AbortSignal): AsyncGenerator<Page>;
}

export function createListing(client: Client, paths: Paths): Listing {
  const follow =
    (signal: AbortSignal, read: Client['read'] = client.read) =>
    (cursor: string): Promise<files.ListFolderResult> =>
      read((sdk) => sdk.filesListFolderContinue({ cursor }, { signal }), signal);

  /** Ends where has_more says so, and by nothing else: pages vary in size and may be empty. */
  async function* pages(
    first: files.ListFolderResult,
    depth: number,
    next: (cursor: string) => Promise<files.ListFolderResult>,
    check: (page: files.ListFolderResult) => void = () => undefined,
  ): AsyncGenerator<Page> {
    let empty = 0;
    for (let page = first; ; page = await next(page.cursor)) {
      check(page);
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

  const lookupRoot = async (signal: AbortSignal): Promise<Metadata | undefined> =>
    paths.root === '' ? undefined : await lookup(client, paths.root, signal);

  return {
    async *list(folder, { recursive, isTrial = false }, signal) {
      const where = paths.absolute(folder);
      const [read, mostRestarts] = isTrial ? [tryRead(client), MAX_TRIAL_RESTARTS] : [client.read, MAX_RESTARTS];
      let attempts: Attempts | undefined;
      let refusals = 0;
      let lastError: unknown;
      for (let restarts = 0; restarts <= mostRestarts; restarts++) {
        if (restarts > 0) yield { kind: 'restart' };
        try {
          const argument = { path: where, recursive, limit: PAGE_LIMIT };
          const [first, root] = await sideBySide(
            signal,
            (until) => read((sdk) => sdk.filesListFolder(argument, { signal: until }), until),
            async (until) => (folder === '' ? await lookupRoot(until) : undefined),
          );
          const answer = answerOf({ folder, recursive, root }, paths);
          yield* pages(first, depthOf(folder), follow(signal, read), answer.check);
          answer.end();
          // What the root itself says of the listing's completeness.
          const unseen = root?.['.tag'] === 'folder' ? unseenRoot(root) : undefined;
          if (unseen) yield { kind: 'entries', entries: [unseen] };
          return;
        } catch (error) {
          lastError = error;
          if (isReset(error) || error instanceof WrongListing) continue;
          const meaning = await listingRefusal(error, { client, where, isRoot: folder === '' }, signal);
          if (!(meaning instanceof TransferFault)) throw meaning;
          if (++refusals >= MAX_REFUSALS) throw folder === '' ? rootClosed(where, error) : new Unavailable('no_access');
          attempts ??= client.account.retrying.start(signal);
          await attempts.failed(meaning);
        }
      }
      throw new Failure(
        'ListingUnstable',
        `the listing of ${where || '/'} was begun ${mostRestarts + 1} times and never came to its end: ${messageOf(lastError)}`,
        {
          hint: 'start the run when the tree is quieter; if it stays so, see whether a proxy on the way keeps answers',
          cause: lastError,
        },
      );
    },

    async bookmark(signal) {
      const argument = { path: paths.root, recursive: true, limit: PAGE_LIMIT };
      try {
        const latest = (sdk: Dropbox) => sdk.filesListFolderGetLatestCursor(argument, { signal });
        const { cursor } = await client.read(latest, signal, (answer) => typeof answer.cursor === 'string');
        return cursor;
      } catch (error) {
        throw await rootRefusal(error, signal);
      }
    },

    async *changes(bookmark, signal) {
      try {
        const next = follow(signal);
        yield* pages(await next(bookmark), 0, next);
      } catch (error) {
        if (!isReset(error)) throw await rootRefusal(error, signal);
        yield { kind: 'restart' };
      }
    },
  };
}

/** Reads that are given up after some faults in a row, as long as each of them is waited out for a moment. */
function tryRead({ account, once }: Client): Client['read'] {
  return (call, signal) => {
    let faults = 0;
    return account.retrying.run(async () => {
      try {
        return await once(call);
      } catch (error) {
        if (judge(error).kind !== 'fault' || ++faults < MAX_TRIAL_FAULTS) throw error;
        throw new Failure('RemoteUnavailable', `${faults} attempts in a row failed: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }, signal);
  };
}

function isListedFolder(entry: Entry, depth: number): boolean {
  return entry.kind === 'folder' && depthOf(entry.key) <= depth;
}

function isReset(error: unknown): boolean {
  return error instanceof ApiError && error.is('reset');
}
