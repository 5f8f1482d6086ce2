import type { files } from 'dropbox';
import { chunksUntilAborted } from '../../../host/until-aborted.ts';
import type { HashingAside } from '../../hash-aside.ts';
import type { WriteOptions } from '../../store.ts';
import type { Client } from '../api/client.ts';
import { type Commit, checkStored, commitFailure, uploadWhole } from './commit.ts';
import { partPool } from './part-pool.ts';
import { bytesDue } from './part-size.ts';
import { fillParts, type Part } from './parts.ts';
import { sendParts } from './send-parts.ts';
import { append, finish, type Session } from './upload-session.ts';

export interface UploadOptions {
  /** A multiple of 4 MiB, at most 148 MiB: what a concurrent session accepts. */
  readonly partBytes: number;
  /** Parts in flight at once, the one that is being filled among them: memory is this × partBytes. */
  readonly maxConcurrent: number;
}

/** Where a stream becomes a new file. */
export interface Target extends WriteOptions {
  readonly client: Client;
  readonly hashing: Pick<HashingAside, 'blocks'>;
  /** Absolute. */
  readonly path: string;
}

/**
 * A stream of unknown length as one new file: a single request if it fits into one part, otherwise a concurrent
 * session. A part goes when its buffer is full, or sooner when the line would else be idle; what is less than a block at
 * the end is held back until all others are in, and closes the session (as in the example of dropbox-sdk-rust).
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
  const filling = fillParts(pool, target.hashing);
  const sendDue = (): void => {
    const { before, left } = filling;
    if (before === 0 || signal.aborted) return;
    const filled = { bytes: left.length, partBytes, before, underWay: sender.underWay, hasFreeBuffer: pool.hasFree };
    const due = bytesDue(filled);
    if (due > 0) sender.send(filling.cut(due));
  };
  const sender = sendParts(target.client, { onSent: sendDue, onError: (error) => failed.abort(error) }, signal);

  try {
    for await (const chunk of chunksUntilAborted(body, signal)) {
      for (let at = 0; at < chunk.length; ) {
        // The first buffer too, once it is known that it does not hold everything.
        if (filling.left.length === partBytes) sender.send(filling.cut(partBytes));
        if (filling.left.length === 0) await pool.free();
        signal.throwIfAborted();
        at += filling.add(chunk.subarray(at));
        sendDue();
      }
    }
    const { before, left } = filling;
    const { whole, last, contentHash } = filling.end();
    if (whole && before > 0) sender.send(whole);
    const content = { size: last.offset + last.bytes.length, contentHash: await contentHash };
    const commit = { ...target, content, expected: 'absent', signal } as const;
    await sender.ended();
    signal.throwIfAborted();
    const stored = await commitRest(commit, await sender.session, { left, last });
    last.release();
    return stored;
  } catch (error) {
    failed.abort(error);
    await sender.ended();
    throw commitFailure(error, target.path);
  }
}

/** `left` is all there is where no session was opened. */
async function commitRest(
  commit: Commit,
  session: Session | undefined,
  { left, last }: { readonly left: Buffer; readonly last: Part },
): Promise<files.FileMetadata> {
  if (session === undefined) return await checkStored(commit, await uploadWhole(commit, left));
  await append(session, last);
  return await checkStored(commit, await finish(session, commit));
}
