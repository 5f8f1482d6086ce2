import { type Checked, list, optional, required, struct, text } from './argument-checks.ts';
import { checked, eachEntry, launched } from './batches.ts';
import { type CommitInfo, commitFile, commitInfo } from './commit.ts';
import { metadataOf } from './metadata.ts';
import type { FileNode } from './nodes.ts';
import { type Body, uploadedBytes } from './request-body.ts';
import { type Route, rpc, upload } from './route.ts';
import { sessionCursor } from './session-routes.ts';
import { checkAppend, contentOf, type Session, store } from './sessions.ts';
import { CONTENT_HASH } from './upload-routes.ts';
import { Refusal, underTag } from './wire.ts';
import type { Answer, Call } from './world.ts';

const finishArguments = struct({
  cursor: required(sessionCursor),
  commit: required(commitInfo),
  content_hash: optional(CONTENT_HASH),
});
const batchArguments = struct({
  entries: required(list(struct({ cursor: required(sessionCursor), commit: required(commitInfo) }), 0, 1000)),
});
type BatchEntry = Checked<typeof batchArguments>['entries'][number];

const scope = 'files.content.write';
export const FINISH_ROUTES: readonly Route[] = [
  upload('files/upload_session/finish', finishArguments, { scope, writes: true, handle: finish }),
  rpc('files/upload_session/finish_batch_v2', batchArguments, {
    scope,
    writes: true,
    handle: async (call, args) => ({ json: { entries: await finishAll(call, args.entries) } }),
  }),
  rpc('files/upload_session/finish_batch', batchArguments, {
    scope,
    writes: true,
    handle: async (call, args) => ({ json: launched(call, 'finish', await finishAll(call, args.entries)) }),
  }),
  rpc('files/upload_session/finish_batch/check', struct({ async_job_id: required(text(/^.+$/s)) }), {
    scope,
    handle: (call, args) => checked(call.world.jobs, 'finish', args.async_job_id),
  }),
];

async function finish(call: Call, args: Checked<typeof finishArguments>): Promise<Answer> {
  const bytes = await uploadedBytes(call, args.content_hash);
  const session = sessionToFinish(call, args.cursor.session_id);
  let offset = args.cursor.offset;
  if (bytes.length > 0) {
    if (session.concurrent) throw new Refusal('concurrent_session_data_not_allowed');
    await appendLast(call, session, offset, bytes);
    offset += bytes.length;
  }
  return { json: metadataOf(call.view, await commitSession(call, session, offset, args.commit)) };
}

/** What came with `finish` stays appended even if the commit is refused: the next try sends an empty body. */
async function appendLast(call: Call, session: Session, offset: number, bytes: Body): Promise<void> {
  try {
    checkAppend(session, offset, bytes.length, false, call.world.settings.maxFileBytes);
  } catch (error) {
    throw underTag('lookup_failed', error);
  }
  await store(session, offset, bytes, false);
}

function finishAll(call: Call, entries: readonly BatchEntry[]): Promise<object[]> {
  const work = async (entry: BatchEntry): Promise<FileNode> => {
    const session = sessionToFinish(call, entry.cursor.session_id);
    if (!session.closed && !session.concurrent) throw new Refusal('lookup_failed/not_closed');
    return await commitSession(call, session, entry.cursor.offset, entry.commit);
  };
  return eachEntry(call, entries, work, { succeeded: (file) => metadataOf(call.view, file) });
}

function sessionToFinish(call: Call, id: string): Session {
  try {
    const session = call.world.sessions.find(id);
    const gone = session.finished !== undefined && call.world.settings.repeatedFinish === 'not_found';
    if (gone) throw new Refusal('not_found');
    return session;
  } catch (error) {
    throw underTag('lookup_failed', error);
  }
}

/** Refused with an UploadSessionFinishError. A session that was committed gives the same file again. */
async function commitSession(call: Call, session: Session, offset: number, commit: CommitInfo): Promise<FileNode> {
  const content = await contentOf(session, offset, call.world.contents);
  if (session.finished !== undefined && session.finished.seq >= 0) return session.finished;
  try {
    session.finished = await commitFile(call, commit, content);
    return session.finished;
  } catch (error) {
    throw underTag('path', error);
  }
}
