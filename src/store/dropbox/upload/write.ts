import type { files } from 'dropbox';
import { chunksUntilAborted } from '../../../host/until-aborted.ts';
import type { WriteOptions } from '../../store.ts';
import type { Client } from '../api/client.ts';
import { type Commit, checkStored, commitFailure, uploadWhole } from './commit.ts';
import { createPartHasher } from './part-hasher.ts';
import { cutParts, partPool } from './parts.ts';
import { append, finish, type HashedPart, openSession, type Session } from './upload-session.ts';

export interface UploadOptions {
  /** A multiple of 4 MiB, at most 148 MiB: what a concurrent session accepts. */
  readonly partBytes: number;
  /** Parts in flight at once, the one that is being filled among them: memory is this × partBytes. */
  readonly maxConcurrent: number;
}

/** Where a stream becomes a new file. */
export interface Target extends WriteOptions {
  readonly client: Client;
  /** Absolute. */
  readonly path: string;
}

/**
 * A stream of unknown length as one new file: a single request if it fits into one part, otherwise a concurrent
 * session whose last part is held back until all others are in, and closes it (as in the example of dropbox-sdk-rust).
 */
export async function write(
  target: Target,
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
  const runAside = (session: Session, part: HashedPart): void => {
    const sent = append(session, part)
      .catch((error: unknown) => failed.abort(error))
      .finally(() => {
        part.release();
        running.delete(sent);
      });
    running.add(sent);
  };

  let session: Session | undefined;
  try {
    for await (const cut of cutParts(chunksUntilAborted(body, signal), pool)) {
      signal.throwIfAborted();
      const part = { ...cut, hash: hasher.part(cut.bytes) };
      if (part.isLast) {
        await Promise.all(running);
        signal.throwIfAborted();
        const content = { size: part.offset + part.bytes.length, contentHash: hasher.whole() };
        const stored = await commitLast({ ...target, content, expected: 'absent', signal }, session, part);
        part.release();
        pool.end();
        return stored;
      }
      if (session !== undefined) runAside(session, part);
      else {
        session = await openSession(target.client, part, signal);
        part.release();
      }
    }
    throw new Error('a stream was cut into parts without a last one');
  } catch (error) {
    failed.abort(error);
    await Promise.all(running);
    throw commitFailure(error, target.path);
  }
}

async function commitLast(commit: Commit, session: Session | undefined, last: HashedPart): Promise<files.FileMetadata> {
  if (session === undefined) return await checkStored(commit, await uploadWhole(commit, last.bytes));
  await append(session, last);
  return await checkStored(commit, await finish(session, commit));
}
