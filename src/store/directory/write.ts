import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../host/errors.ts';
import { paced } from '../../host/throttle.ts';
import { chunksUntilAborted } from '../../host/until-aborted.ts';
import { createContentHasher } from '../content-hash.ts';
import type { FileEntry, WriteOptions } from '../store.ts';
import { discard, makeFolder, syncFolder } from './durable.ts';
import { absolutePath, fileEntry, statOf } from './entry.ts';
import { writing } from './faults.ts';
import { openNew } from './modes.ts';
import type { Volume } from './volume.ts';

/** Straight to its name: callers write to a place where an incomplete file is nobody's backup, and move it from there. */
export async function writeFile(
  { root, throttle, modes }: Volume,
  { path, modified }: { readonly path: string } & WriteOptions,
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<FileEntry> {
  signal.throwIfAborted();
  const target = absolutePath(root, path);
  await makeFolder(dirname(target), modes);
  await using handle = await writing(target, openNew(target, modes));
  try {
    const chunks = chunksUntilAborted(body, signal);
    const sent = await copy(throttle ? paced(chunks, throttle, signal) : chunks, handle, target);
    if (modified) await writing(target, setTime(handle, modified));
    await writing(target, handle.sync());
    await syncFolder(dirname(target));
    const stats = await writing(target, statOf(target));
    if (stats?.size !== BigInt(sent.size) || stats.ino !== (await handle.stat({ bigint: true })).ino) {
      throw new Failure('StoredDiffers', `${target} is not the file of ${sent.size} bytes that was written`, {
        hint: 'check the volume, and who else writes to this folder',
      });
    }
    return fileEntry(path, stats, sent.contentHash);
  } catch (error) {
    await discardOwn(target, handle);
    throw error;
  }
}

/** The body's own errors pass as they are. Hashing goes on while the disk writes. */
async function copy(
  chunks: AsyncIterable<Buffer>,
  handle: FileHandle,
  target: string,
): Promise<{ readonly size: number; readonly contentHash: string }> {
  const hasher = createContentHasher();
  let size = 0;
  for await (const chunk of chunks) {
    const written = writing(target, writeWhole(handle, chunk, size));
    hasher.update(chunk);
    size += chunk.length;
    await written;
  }
  return { size, contentHash: hasher.digest() };
}

/** After the last write, which sets it too, and before the sync. A time that the file system can't keep it clamps. */
async function setTime(handle: FileHandle, modified: Date): Promise<void> {
  const whole = new Date(Math.floor(modified.getTime() / 1000) * 1000);
  await handle.utimes(whole, whole);
}

async function writeWhole(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Only the file that we made: a name that was taken over meanwhile is not ours to clear. */
async function discardOwn(target: string, handle: FileHandle): Promise<void> {
  const [ours, there] = await Promise.all([handle.stat({ bigint: true }), statOf(target)]);
  if (there?.ino === ours.ino && there.dev === ours.dev) await discard(target);
}
