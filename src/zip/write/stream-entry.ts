import { untilAborted } from '../../host/until-aborted.ts';
import type { Compression, ZipInput, ZipWritten } from '../entry.ts';
import { type EntryStream, STREAMED_METHOD, type ZipArchive } from './archive.ts';
import { deflateBlocks } from './block-deflate.ts';
import { checkedSource, SourceError } from './checked-source.ts';
import { isCompressible } from './compressible.ts';
import { storedBlocks } from './stored-blocks.ts';

export interface StreamOptions {
  readonly compression: Compression;
  /** Blocks that are compressed at once. */
  readonly parallelBlocks: number;
  readonly signal: AbortSignal;
}

/** Enough of the beginning to see past a header of plain text. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Writes an entry that is too large to be loaded, at its turn, with a data descriptor. Throws SourceError, after it has
 * abandoned the entry, when the source fails or gives another size; anything else that it throws means that the archive
 * can't go on.
 */
export async function streamEntry<D>(
  archive: ZipArchive,
  input: ZipInput<D>,
  { compression, parallelBlocks, signal }: StreamOptions,
): Promise<ZipWritten<D>> {
  const { name, modified, size: expectedSize = 0 } = input;
  const source = checkedSource(input, expectedSize, signal);
  let entry: EntryStream | undefined;
  try {
    const beginning = await readAtLeast(source.chunks, SAMPLE_BYTES);
    entry = await untilAborted(archive.begin({ name, modified, expectedSize }), signal);
    const content = concatenated(beginning, source.chunks);
    const shrinks = isToShrink(compression, name, beginning);
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
    await source.chunks.return();
  }
}

function isToShrink(compression: Compression, name: string, beginning: readonly Buffer[]): boolean {
  return compression === 'Auto' ? isCompressible(name, Buffer.concat(beginning)) : compression === 'Deflate';
}

async function readAtLeast(chunks: AsyncGenerator<Buffer, void, void>, bytes: number): Promise<readonly Buffer[]> {
  const read: Buffer[] = [];
  for (let length = 0; length < bytes; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    read.push(value);
    length += value.length;
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
