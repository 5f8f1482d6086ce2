import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../host/errors.ts';
import { createContentHasher } from '../content-hash.ts';
import type { FileEntry } from '../store.ts';
import { discard, makeFolder, syncFolder } from './durable.ts';
import { absolutePath, fileEntry, statOf } from './entry.ts';
import { writing } from './faults.ts';

/** Straight to its name: callers write to a place where an incomplete file is nobody's backup, and move it from there. */
export async function writeFile(
  root: string,
  path: string,
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<FileEntry> {
  signal.throwIfAborted();
  const target = absolutePath(root, path);
  await makeFolder(dirname(target));
  await using handle = await writing(target, open(target, 'wx'));
  try {
    const sent = await copy(body, handle, target, signal);
    await writing(target, handle.sync());
    await syncFolder(dirname(target));
    const stats = await writing(target, statOf(target));
    if (stats?.size !== BigInt(sent.size) || stats.ino !== (await handle.stat({ bigint: true })).ino) {
      throw new Failure(
        'mismatch',
        'SizeMismatch',
        `${target} is not the file of ${sent.size} bytes that was written`,
        {
          hint: 'check the volume, and who else writes to this folder',
        },
      );
    }
    return fileEntry(path, stats, sent.contentHash);
  } catch (error) {
    await discardOwn(target, handle);
    throw error;
  }
}

/** The body's own errors pass as they are. Hashing goes on while the disk writes. */
async function copy(
  body: AsyncIterable<Buffer>,
  handle: FileHandle,
  target: string,
  signal: AbortSignal,
): Promise<{ readonly size: number; readonly contentHash: string }> {
  const hasher = createContentHasher();
  let size = 0;
  for await (const chunk of untilAborted(body, signal)) {
    const written = writing(target, writeWhole(handle, chunk, size));
    hasher.update(chunk);
    size += chunk.length;
    await written;
  }
  return { size, contentHash: hasher.digest() };
}

async function writeWhole(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Ends with the signal's reason even while the body waits for something that never comes. */
async function* untilAborted(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  const iterator = body[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let isDone = false;
  try {
    while (!isDone) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted.promise]);
      isDone = next.done === true;
      if (!next.done) yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!isDone) await close(iterator, signal);
  }
}

/** Not awaited after an abort: a generator that waits for ever does not return either. */
async function close(iterator: AsyncIterator<Buffer>, signal: AbortSignal): Promise<void> {
  const closing = Promise.resolve(iterator.return?.());
  closing.catch(() => undefined);
  if (!signal.aborted) await closing;
}

/** Only the file that we made: a name that was taken over meanwhile is not ours to clear. */
async function discardOwn(target: string, handle: FileHandle): Promise<void> {
  const [ours, there] = await Promise.all([handle.stat({ bigint: true }), statOf(target)]);
  if (there?.ino === ours.ino && there.dev === ours.dev) await discard(target);
}
