import {
  boolean,
  type Checked,
  defaulted,
  integer,
  optional,
  propertyGroups,
  required,
  struct,
  text,
} from './argument-checks.ts';
import { type Cursor, decodeCursor, encodeCursor, hasChanges, type Page, readPage, rootOf, viewOf } from './cursors.ts';
import type { Json } from './metadata.ts';
import { PATH_OR_ROOT } from './paths.ts';
import { type Route, rpc } from './route.ts';
import { badRequest, Refusal } from './wire.ts';
import type { Answer, Call } from './world.ts';

const listArguments = struct({
  path: required(text(PATH_OR_ROOT)),
  recursive: defaulted(boolean, false),
  // Without effect since December 2019, in listings.
  include_media_info: defaulted(boolean, false),
  include_deleted: defaulted(boolean, false),
  include_has_explicit_shared_members: defaulted(boolean, false),
  include_mounted_folders: defaulted(boolean, true),
  limit: defaulted(integer(1, 2000), 500),
  shared_link: optional(struct({ url: required(text(/^https?:/)), password: optional(text()) })),
  include_property_groups: optional(propertyGroups),
  include_non_downloadable_files: defaulted(boolean, true),
  include_restorable_info: defaulted(boolean, false),
});
const cursorArgument = struct({ cursor: required(text()) });
const longpollArguments = struct({ cursor: required(text()), timeout: defaulted(integer(30, 480), 30) });

const scope = 'files.metadata.read';
export const LIST_ROUTES: readonly Route[] = [
  rpc('files/list_folder', listArguments, {
    scope,
    handle: (call, args) => pageAnswer(call, firstCursor(call, args, 0)),
  }),
  rpc('files/list_folder/continue', cursorArgument, {
    scope,
    handle: (call, args) => pageAnswer(call, givenCursor(call, args.cursor)),
  }),
  rpc('files/list_folder/get_latest_cursor', listArguments, {
    scope,
    handle(call, args) {
      const cursor = firstCursor(call, args, call.world.tree.journal.length);
      return { json: { cursor: encodeCursor(cursor) } };
    },
  }),
  rpc('files/list_folder/longpoll', longpollArguments, {
    scope: undefined,
    host: 'notify',
    handle: (call, args) => longpoll(call, givenCursor(call, args.cursor), args.timeout * 1000),
  }),
];

function firstCursor(call: Call, args: Checked<typeof listArguments>, position: number): Cursor {
  const { tree, settings } = call.world;
  if (args.path === '/') {
    const reason = 'request body: path: Specify the root folder as an empty string rather than as "/".';
    throw badRequest(call.route, reason);
  }
  // Nobody shares anything by link here.
  if (args.shared_link !== undefined) throw new Refusal('path/not_found');
  const path = call.effect('otherFolder')?.path ?? args.path;
  rootOf(tree, call.view, path);
  return {
    view: call.view.namespaceId ?? '',
    path,
    recursive: args.recursive,
    includeDeleted: args.include_deleted,
    includeNonDownloadable: args.include_non_downloadable_files,
    includeMounted: args.include_mounted_folders,
    explicitMembers: args.include_has_explicit_shared_members,
    limit: args.limit,
    snapshot: tree.journal.length,
    position,
    epoch: settings.cursorEpoch,
  };
}

function givenCursor(call: Call, text: string): Cursor {
  const cursor = decodeCursor(text);
  if (cursor === undefined) throw badRequest(call.route, 'request body: cursor: unsupported cursor type');
  if (cursor.epoch !== call.world.settings.cursorEpoch) throw new Refusal('reset');
  return cursor;
}

function pageAnswer(call: Call, cursor: Cursor): Answer {
  if (call.effect('emptyPage')) return answerOf({ entries: [], next: cursor, hasMore: true });
  if (call.effect('endless')) {
    const page = readPage(call.world.tree, cursor);
    return answerOf({ entries: page.entries, next: cursor, hasMore: true });
  }
  const limit = call.effect('pageLimit')?.entries ?? cursor.limit;
  const page = readPage(call.world.tree, { ...cursor, limit });
  const entries = oddOrder(call, page.entries);
  const next = { ...page.next, limit: cursor.limit };
  if (call.effect('lastPageLost')) {
    return answerOf({ entries, next: { ...next, position: call.world.tree.journal.length }, hasMore: false });
  }
  return answerOf({ entries, next, hasMore: page.hasMore });
}

function answerOf(page: Page): Answer {
  return { json: { entries: page.entries, cursor: encodeCursor(page.next), has_more: page.hasMore } };
}

function oddOrder(call: Call, entries: readonly Json[]): readonly Json[] {
  let odd = [...entries];
  if (call.effect('duplicates')) odd = odd.flatMap((entry) => [entry, entry]);
  if (call.effect('reversed')) odd.reverse();
  if (call.effect('withoutFolders')) odd = odd.filter((entry) => entry['.tag'] !== 'folder');
  const hiding = call.effect('hiding');
  if (hiding) odd = odd.filter((entry) => !String(entry['path_lower']).startsWith(`${hiding.below.toLowerCase()}/`));
  return odd;
}

async function longpoll(call: Call, cursor: Cursor, timeoutMs: number): Promise<Answer> {
  const { tree, clock } = call.world;
  viewOf(tree, cursor);
  const over = new AbortController();
  const timeout = clock.sleep(timeoutMs, AbortSignal.any([over.signal, call.over])).catch(() => undefined);
  let expired = false;
  const end = timeout.then(() => {
    expired = true;
  });
  while (!expired && !hasChanges(tree, cursor)) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const forget = tree.onChange(resolve);
    await Promise.race([promise, end]);
    forget();
  }
  over.abort();
  return { json: { changes: !expired }, form: 'compact' };
}
