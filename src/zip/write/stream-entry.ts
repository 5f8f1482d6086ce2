import { untilAborted } from '../../host/until-aborted.ts';
import type { Compression, ZipInput, ZipWritten } from '../entry.ts';
import { type EntryStream, STREAMED_METHOD, type ZipArchive } from './archive.ts';
import type { BegunStream } from './begun-stream.ts';
import { blockBytes, deflateBlocks } from './block-deflate.ts';
import { checkedSource, SourceError } from './checked-source.ts';
import { isCompressible } from './compressible.ts';
import { storedBlocks } from './stored-blocks.ts';

export interface StreamOptions {
  readonly compression: Compression;
  /** Blocks that are compressed at once. */
  readonly parallelBlocks: number;
  /** The largest chunk of a source. */
  readonly pieceBytes: number;
  readonly signal: AbortSignal;
  /** Told how many bytes more or, below 0, fewer are held to write the entry. */
  hold(bytes: number): void;
}

/** Enough of the beginning to see past a header of plain text. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Writes an entry that is too large to be loaded, at its turn, with a data descriptor. Throws SourceError, after it has
 * abandoned the entry, when the source fails or gives another size; anything else that it throws means that the archive
 * can't go on. However it ends, the stream is closed.
 */
export async function streamEntry<D>(
  archive: ZipArchive,
  { name, modified }: ZipInput<D>,
  stream: BegunStream<D>,
  { compression, parallelBlocks, pieceBytes, signal, hold }: StreamOptions,
): Promise<ZipWritten<D>> {
  const { expectedSize } = stream;
  const source = checkedSource(name, stream, signal);
  let entry: EntryStream | undefined;
  let held = 0;
  try {
    const beginning = await readAtLeast(source.chunks, SAMPLE_BYTES);
    entry = await untilAborted(archive.begin({ name, modified, expectedSize }), signal);
    const content = concatenated(beginning, source.chunks);
    const shrinks = isToShrink(compression, name, beginning);
    held = shrinks ? blockBytes(parallelBlocks) : pieceBytes;
    hold(held);
    for await (const chunk of shrinks ? deflateBlocks(content, parallelBlocks) : storedBlocks(content)) {
      const drained = entry.write(chunk);
      if (drained) await untilAborted(drained, signal);
    }
    const { digest, size, crc32 } = source.result();
    const placed = await untilAborted(entry.end(crc32, size), signal);
    return { name, digest, size, crc32, method: STREAMED_METHOD, ...placed };
  } catch (error) {
    if (error instanceof SourceError) entry?.abandon();
    throw error;
  } finally {
    await stream.close();
    hold(-held);
  }
}

function isToShrink(compression: Compression, name: string, beginning: readonly Buffer[]): boolean {
  if (compression !== 'Auto') return compression === 'Deflate';
  return isCompressible(name, beginning.length === 1 ? (beginning[0] ?? Buffer.alloc(0)) : Buffer.concat(beginning));
}

async function readAtLeast(chunks: AsyncGenerator<Buffer, void, void>, bytes: number): Promise<readonly Buffer[]> {
  const read: Buffer[] = [];
  for (let length = 0; length < bytes; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    length += value.length;
    // The last one is used before the next is asked for; those before it are gone by then.
    read.push(length < bytes ? Buffer.from(value) : value);
  }
  return read;
}

async function* concatenated(
  beginning: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, void> {
  yield* beginning;
  yield* rest;
}
