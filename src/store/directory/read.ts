import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../host/errors.ts';
import type { Throttle } from '../../host/throttle.ts';
import { createContentHasher, createHasher, hashBytes } from '../content-hash.ts';
import { type Digest, type FileEntry, type FolderEntry, type Loaded, Unavailable } from '../store.ts';
import { absolutePath, fileEntry, folderEntry, statOf } from './entry.ts';
import { assertRealFolders, openInside } from './inside.ts';
import { reading } from './read-faults.ts';
import { type Change, changeSince, revisionOf } from './revision.ts';
import type { Volume } from './volume.ts';

const CHUNK_BYTES = 1024 * 1024;
/** A slow throttle gets smaller chunks, down to this, so that nobody waits ten seconds for a whole one. */
const SMALLEST_CHUNK = 64 * 1024;

const chunkBytesOf = (throttle: Throttle | undefined): number =>
  throttle ? Math.min(CHUNK_BYTES, Math.max(SMALLEST_CHUNK, throttle.turnBytes)) : CHUNK_BYTES;

/**
 * A file is asked for one byte more than it is listed with. Where the server does not say how large a document is, a FUSE
 * volume says 0 (rclone's, of online documents and of plain HTTP), as /proc does of all it has: read to its size alone, it
 * would be archived as empty.
 */
const BEYOND_END = 1;

/** A link is not followed, and a pipe that took the file's place must not block the open for ever. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Links, sockets and the like are nothing that a caller could use. */
export async function entryAt(volume: Volume, path: string): Promise<FileEntry | FolderEntry | undefined> {
  const absolute = absolutePath(volume.root, path);
  const stats = await reading(volume, absolute, statInside(volume.root, path));
  if (stats?.isFile()) return fileEntry(path, stats);
  return stats?.isDirectory() ? folderEntry(path, stats) : undefined;
}

/** Undefined when nothing is there; throws changed_during_run when a folder on the way has become a link. */
async function statInside(root: string, path: string): Promise<BigIntStats | undefined> {
  const stats = await statOf(join(root, path));
  if (stats) await assertRealFolders(root, dirname(path));
  return stats;
}

/**
 * One fstat after the read is enough: when it still shows the listed revision, nothing changed between the listing and
 * the end of the read.
 */
export async function loadFile(volume: Volume, file: FileEntry, signal: AbortSignal): Promise<Loaded> {
  signal.throwIfAborted();
  const absolute = absolutePath(volume.root, file.path);
  await using handle = await reading(volume, absolute, openInside(volume, file.path, OPEN_FLAGS));
  const bytes = await readSpan(volume, { handle, absolute, offset: 0, length: file.size + BEYOND_END }, signal);
  const stats = await statsOf(volume, handle, absolute);
  const digest = hashBytes(bytes);
  assertListed(absolute, file, changeSince(file.rev, stats), digest);
  return { bytes, digest };
}

/** `atEnd` is told what the file that was read is after its last byte. */
export async function* streamFile(
  volume: Volume,
  file: FileEntry,
  signal: AbortSignal,
  atEnd: (stats: BigIntStats) => void = () => undefined,
): AsyncGenerator<Buffer, Digest, void> {
  signal.throwIfAborted();
  const absolute = absolutePath(volume.root, file.path);
  await using handle = await reading(volume, absolute, openInside(volume, file.path, OPEN_FLAGS));
  const before = await statsOf(volume, handle, absolute);
  const sinceListed = changeSince(file.rev, before);
  if (sinceListed !== 'none') assertKnown(file, sinceListed);
  const whole = { volume, handle, absolute, size: file.size };
  const hasher = createHasher();
  for await (const chunk of chunksOf(whole, signal)) {
    hasher.update(chunk);
    yield chunk;
  }
  const digest = hasher.digest();
  const after = await statsOf(volume, handle, absolute);
  atEnd(after);
  const meanwhile = changeSince(revisionOf(before), after);
  if (meanwhile === 'touched' && file.contentHash === undefined) await assertReadsSame(whole, digest, signal);
  else assertListed(absolute, file, meanwhile === 'none' ? sinceListed : meanwhile, digest);
  return digest;
}

interface Whole {
  readonly volume: Volume;
  readonly handle: FileHandle;
  readonly absolute: string;
  readonly size: number;
}

/** The next chunk is read while the consumer works on this one. */
async function* chunksOf(
  { volume, handle, absolute, size }: Whole,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const { throttle } = volume;
  let position = 0;
  const chunkBytes = chunkBytesOf(throttle);
  const readAhead = (): Promise<Buffer> => {
    const chunk = readAt(handle, position, Math.min(chunkBytes, size + BEYOND_END - position));
    // A fault waits for the consumer's next pull.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = readAhead();
  try {
    while (position <= size) {
      signal.throwIfAborted();
      const chunk = await reading(volume, absolute, next);
      if (chunk.length === 0) return;
      const wait = throttle?.take(chunk.length, signal);
      if (wait) await wait;
      position += chunk.length;
      next = readAhead();
      yield chunk;
    }
  } finally {
    await Promise.allSettled([next]);
  }
}

/**
 * A large file is read for minutes, and a snapshot that links it or a scanner that tags it meanwhile must not cost it.
 * Its time can have been put back after a change, so only the bytes can tell.
 */
async function assertReadsSame(whole: Whole, { contentHash }: Digest, signal: AbortSignal): Promise<void> {
  const hasher = createContentHasher();
  for await (const chunk of chunksOf(whole, signal)) hasher.update(chunk);
  if (hasher.digest() !== contentHash) throw new Unavailable('changed_during_run');
}

export async function readFileRange(
  volume: Volume,
  file: FileEntry,
  { offset, length }: { readonly offset: number; readonly length: number },
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted();
  const absolute = absolutePath(volume.root, file.path);
  await using handle = await reading(volume, absolute, openInside(volume, file.path, OPEN_FLAGS));
  const bytes = await readSpan(volume, { handle, absolute, offset, length }, signal);
  // By size and time: whoever reads a stored backup piece by piece holds the pieces against its hashes.
  const change = changeSince(file.rev, await statsOf(volume, handle, absolute));
  if (change === 'retimed') assertKnown(file, change);
  if (change === 'another') throw new Unavailable('changed_during_run');
  if (bytes.length < length) {
    throw new Failure('ObjectTooShort', `${absolute} ends before byte ${offset + length}`, {
      hint: 'the object is damaged, or is not what its record says',
    });
  }
  return bytes;
}

/** Up to `length` bytes, fewer only at the end of the file; the buffer is the caller's to keep. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, await fill(handle, buffer, position));
}

interface Span {
  readonly handle: FileHandle;
  readonly absolute: string;
  readonly offset: number;
  readonly length: number;
}

/** The same, in as many pieces as a throttle lets through. */
async function readSpan(
  volume: Volume,
  { handle, absolute, offset, length }: Span,
  signal: AbortSignal,
): Promise<Buffer> {
  const { throttle } = volume;
  if (!throttle) return await reading(volume, absolute, readAt(handle, offset, length));
  const buffer = Buffer.allocUnsafeSlow(length);
  const chunkBytes = chunkBytesOf(throttle);
  let filled = 0;
  while (filled < length) {
    const piece = buffer.subarray(filled, filled + chunkBytes);
    const bytesRead = await reading(volume, absolute, fill(handle, piece, offset + filled));
    await throttle.take(bytesRead, signal);
    filled += bytesRead;
    if (bytesRead < piece.length) break;
  }
  return buffer.subarray(0, filled);
}

/** How many bytes came: as many as there is room for, fewer only at the end of the file. */
async function fill(handle: FileHandle, room: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < room.length) {
    const { bytesRead } = await handle.read(room, filled, room.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function statsOf(volume: Volume, handle: FileHandle, absolute: string): Promise<BigIntStats> {
  return await reading(volume, absolute, handle.stat({ bigint: true }));
}

/** A file that is no longer the listed one by its metadata can only be that by its bytes, where those are known. */
function assertKnown(file: FileEntry, change: Change): void {
  if (change === 'another' || file.contentHash === undefined) throw new Unavailable('changed_during_run');
}

/** What was read is what was listed. Where nothing touched the file and it is not, a disk or a cable lies. */
function assertListed(absolute: string, file: FileEntry, change: Change, digest: Digest): void {
  if (change !== 'none') assertKnown(file, change);
  const sizeDiffers = digest.size !== file.size;
  if (!sizeDiffers && (file.contentHash === undefined || digest.contentHash === file.contentHash)) return;
  if (change !== 'none') throw new Unavailable('changed_during_run');
  throw new Failure('ContentMismatch', `${absolute} does not read as it was written`, {
    hint: 'check the disk of this volume; the file is damaged',
  });
}
