import type { files } from 'dropbox';
import { Failure } from '../../../host/errors.ts';
import { registerSecret } from '../../../host/secrets.ts';
import { hashBytes } from '../../content-hash.ts';
import { ApiError, mayHaveHappened, member, parseObject, TransferFault } from '../api/api-error.ts';
import type { Client } from '../api/client.ts';
import { textOf } from '../api/http.ts';
import { type Commit, commitInfo, committed, settled } from './commit.ts';
import type { Part } from './parts.ts';

const NOTHING = Buffer.alloc(0);
export interface Session {
  readonly client: Client;
  readonly id: string;
  readonly signal: AbortSignal;
}

/** A concurrent one, which takes parts in any order. */
export async function startSession(client: Client, signal: AbortSignal): Promise<Session> {
  // No data at start and finish: these two take the namespace's write lock, and appends don't (rclone issue 4656).
  const argument = { session_type: { '.tag': 'concurrent' } };
  return client.account.retrying.run(async () => {
    const answer = await client.content('files/upload_session/start', argument, { body: NOTHING }, signal);
    const id = parseObject(await textOf(answer))?.['session_id'];
    if (typeof id !== 'string') throw new TransferFault('a session was started without an id');
    registerSecret(id);
    return { client, id, signal };
  }, signal);
}

/**
 * Sends one part, the last one with `close`. When an answer was lost, the same bytes are sent again, and a refusal
 * that says that they are there (`closed`, `incorrect_offset` beyond them) is the success that was not heard.
 */
export async function append({ client, id, signal }: Session, part: Part): Promise<void> {
  let isUncertain = false;
  let from = 0;
  const attempt = async (): Promise<void> => {
    const bytes = part.bytes.subarray(from);
    const argument = {
      cursor: { session_id: id, offset: part.offset + from },
      close: part.isLast,
      content_hash: from === 0 ? await part.hash : hashBytes(bytes).contentHash,
    };
    try {
      await textOf(await client.content('files/upload_session/append_v2', argument, { body: bytes }, signal));
    } catch (error) {
      const received = isUncertain ? receivedOf(error, part) : undefined;
      if (received === part.bytes.length) return;
      if (received !== undefined) {
        from = received;
        throw new TransferFault(`a part arrived only up to byte ${received}`, error);
      }
      isUncertain ||= mayHaveHappened(error);
      throw error;
    }
  };
  try {
    await client.account.retrying.run(attempt, signal);
  } catch (error) {
    throw isLost(error) ? sessionLost(error) : error;
  }
}

/** Makes the closed session a file. */
export async function finish({ client, id, signal }: Session, commit: Commit): Promise<files.FileMetadata> {
  const argument = { cursor: { session_id: id, offset: commit.content.size }, commit: commitInfo(commit) };
  try {
    return await settled(commit, async () =>
      committed(await client.content('files/upload_session/finish', argument, { body: NOTHING, slow: true }, signal)),
    );
  } catch (error) {
    throw isLost(error) ? sessionLost(error) : error;
  }
}

/** How much of the part the session says it has; undefined where the error does not say so. */
function receivedOf(error: unknown, part: Part): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (part.isLast && error.is('closed')) return part.bytes.length;
  const reached = error.is('incorrect_offset') ? member(error.detail, 'correct_offset') : undefined;
  if (typeof reached !== 'number' || reached <= part.offset) return undefined;
  return Math.min(reached - part.offset, part.bytes.length);
}

function isLost(error: unknown): boolean {
  return error instanceof ApiError && (error.is('not_found') || error.is('lookup_failed/not_found'));
}

export const isSessionLost = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'UploadSessionLost';

function sessionLost(cause: unknown): Failure {
  return new Failure('UploadSessionLost', 'Dropbox no longer knows the upload session of this file', {
    hint: 'start the upload again from its beginning; sessions live seven days',
    cause,
  });
}
