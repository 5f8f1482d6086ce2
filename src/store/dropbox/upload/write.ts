import type { files } from 'dropbox';
import { chunksUntilAborted } from '../../../host/until-aborted.ts';
import type { Client } from '../api/client.ts';
import { checkStored, commitFailure, uploadWhole } from './commit.ts';
import { cutParts, type Part } from './cut-parts.ts';
import { createPartHasher } from './part-hasher.ts';
import { partPool } from './part-pool.ts';
import { append, finish, openSession } from './upload-session.ts';

export interface UploadOptions {
  /** A multiple of 4 MiB, at most 148 MiB: what a concurrent session accepts. */
  readonly partBytes: number;
  /** Parts in flight at once, the one that is being filled among them: memory is this × partBytes. */
  readonly maxConcurrent: number;
}

/**
 * A stream of unknown length as one new file: a single request if it fits into one part, otherwise a concurrent
 * session whose last part is held back until all others are in, and closes it (as in the official Rust example).
 */
export async function write(
  client: Client,
  path: string,
  body: AsyncIterable<Buffer>,
  { partBytes, maxConcurrent }: UploadOptions,
  caller: AbortSignal,
): Promise<files.FileMetadata> {
  const failed = new AbortController();
  const signal = AbortSignal.any([caller, failed.signal]);
  const pool = partPool(partBytes, maxConcurrent);
  const hasher = createPartHasher();
  const running = new Set<Promise<void>>();
  // As many at once as there are buffers. What runs aside never rejects: its first error stops the other parts and, by
  // the signal, the loop below.
  const runAside = (id: string, part: Part, hash: string): void => {
    const sent = append(client, id, part, hash, signal)
      .catch((error: unknown) => failed.abort(error))
      .finally(() => {
        part.release();
        running.delete(sent);
      });
    running.add(sent);
  };

  let session: string | undefined;
  try {
    for await (const part of cutParts(chunksUntilAborted(body, signal), pool)) {
      signal.throwIfAborted();
      const hash = hasher.part(part.bytes);
      if (part.isLast) {
        await Promise.all(running);
        signal.throwIfAborted();
        const stored = await commit(client, path, session, part, hash, hasher.whole(), signal);
        part.release();
        pool.end();
        return stored;
      }
      if (session !== undefined) runAside(session, part, hash);
      else {
        session = await openSession(client, part, hash, signal);
        part.release();
      }
    }
    throw new Error('a stream was cut into parts without a last one');
  } catch (error) {
    failed.abort(error);
    await Promise.all(running);
    throw commitFailure(error, path);
  }
}

async function commit(
  client: Client,
  path: string,
  session: string | undefined,
  last: Part,
  hash: string,
  contentHash: string,
  signal: AbortSignal,
): Promise<files.FileMetadata> {
  const content = { size: last.offset + last.bytes.length, contentHash };
  if (session === undefined) {
    const stored = await uploadWhole(client, path, last.bytes, content, 'absent', signal);
    return await checkStored(client, path, stored, content, signal);
  }
  await append(client, session, last, hash, signal);
  return await checkStored(client, path, await finish(client, session, path, content, signal), content, signal);
}
