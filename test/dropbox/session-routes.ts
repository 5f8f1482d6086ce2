import {
  boolean,
  type Checked,
  defaulted,
  integer,
  list,
  optional,
  required,
  struct,
  text,
  union,
} from './argument-checks.ts';
import { eachEntry } from './batches.ts';
import { type Body, uploadedBytes } from './request-body.ts';
import { type Route, rpc, upload } from './route.ts';
import { checkAppend, store } from './sessions.ts';
import { CONTENT_HASH } from './upload-routes.ts';
import { HttpError, Refusal } from './wire.ts';
import type { Call } from './world.ts';

export const sessionCursor = struct({
  session_id: required(text()),
  offset: required(integer(0, Number.MAX_SAFE_INTEGER)),
});
type SessionCursor = Checked<typeof sessionCursor>;
const sessionType = union({ sequential: undefined, concurrent: undefined });

const scope = 'files.content.write';
export const SESSION_ROUTES: readonly Route[] = [
  upload(
    'files/upload_session/start',
    struct({
      close: defaulted(boolean, false),
      session_type: optional(sessionType),
      content_hash: optional(CONTENT_HASH),
    }),
    {
      scope,
      async handle(call, args) {
        const concurrent = args.session_type?.tag === 'concurrent';
        if (concurrent && args.close) throw new Refusal('concurrent_session_close_not_allowed');
        const bytes = await uploadedBytes(call, args.content_hash);
        if (concurrent && bytes.length > 0) throw new Refusal('concurrent_session_data_not_allowed');
        const session = call.world.sessions.start(concurrent);
        await store(session, 0, bytes, args.close);
        return { json: { session_id: session.id } };
      },
    },
  ),
  rpc(
    'files/upload_session/start_batch',
    struct({ num_sessions: required(integer(1, 1000)), session_type: optional(sessionType) }),
    {
      scope,
      handle(call, args) {
        const start = () => call.world.sessions.start(args.session_type?.tag === 'concurrent').id;
        return { json: { session_ids: Array.from({ length: args.num_sessions }, start) } };
      },
    },
  ),
  upload(
    'files/upload_session/append_v2',
    struct({
      cursor: required(sessionCursor),
      close: defaulted(boolean, false),
      content_hash: optional(CONTENT_HASH),
    }),
    {
      scope,
      async handle(call, args) {
        const bytes = await uploadedBytes(call, args.content_hash);
        await append(call, args.cursor, bytes, args.close);
        return { json: null };
      },
    },
  ),
  upload('files/upload_session/append', sessionCursor, {
    scope,
    async handle(call, args) {
      await append(call, args, await uploadedBytes(call, undefined), false);
      return { json: null };
    },
  }),
  upload(
    'files/upload_session/append_batch',
    struct({
      entries: required(
        list(
          struct({
            cursor: required(sessionCursor),
            length: required(integer(0, Number.MAX_SAFE_INTEGER)),
            close: defaulted(boolean, false),
          }),
          0,
          1000,
        ),
      ),
      content_hash: optional(CONTENT_HASH),
    }),
    {
      scope,
      async handle(call, args) {
        const bytes = await uploadedBytes(call, args.content_hash);
        const total = args.entries.reduce((sum, entry) => sum + entry.length, 0);
        if (total !== bytes.length) throw new Refusal('length_mismatch');
        let at = 0;
        const work = (entry: (typeof args.entries)[number]) => {
          const part = bytes.part(at, at + entry.length);
          at += entry.length;
          return append(call, entry.cursor, part, entry.close);
        };
        return { json: { entries: await eachEntry(call, args.entries, work, { succeeded: () => ({}) }) } };
      },
    },
  ),
];

async function append(call: Call, cursor: SessionCursor, bytes: Body, close: boolean): Promise<void> {
  const session = call.world.sessions.find(cursor.session_id);
  checkAppend(session, cursor.offset, bytes.length, close, call.world.settings.maxFileBytes);
  const partial = call.effect('partialAppend');
  if (partial) {
    await store(session, cursor.offset, bytes.part(0, partial.bytes), false);
    throw new HttpError(500, '');
  }
  await store(session, cursor.offset, bytes, close);
}
