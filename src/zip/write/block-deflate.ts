import { promisify } from 'node:util';
import { constants, deflateRaw, type ZlibOptions } from 'node:zlib';
import { deflatedBound } from './compress-whole.ts';
import { deflateOptions } from './deflate-options.ts';

export const BLOCK_BYTES = 1024 * 1024;
/** How far back a deflate match may reach; what a block needs of its predecessor. */
const DICTIONARY_BYTES = 32 * 1024;

/** One is filled, one is held, and the one before those in flight may still be the next one's dictionary. */
const buffersFor = (parallel: number): number => parallel + 3;
/** What deflateBlocks holds: its ring of blocks, and what comes out of those in flight. */
export const blockBytes = (parallel: number): number => (buffersFor(parallel) + parallel) * BLOCK_BYTES;

const deflate: (content: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(deflateRaw);

/**
 * One raw deflate stream, made of 1 MiB blocks that are compressed side by side, as pigz does it: each block starts
 * with the previous 32 KiB as its dictionary and ends with an empty stored block (Z_SYNC_FLUSH), the last with
 * Z_FINISH. At most `parallel` blocks are in flight; an error of the source passes through.
 */
export async function* deflateBlocks(
  source: AsyncIterable<Buffer>,
  parallel: number,
): AsyncGenerator<Buffer, void, void> {
  const inFlight: Promise<Buffer>[] = [];
  let dictionary: Buffer | undefined;
  const start = (block: Buffer, finishFlush: number): void => {
    const options = { ...deflateOptions(block), finishFlush, chunkSize: deflatedBound(block.length) };
    const work = deflate(block, dictionary ? { ...options, dictionary } : options);
    work.catch(() => undefined);
    inFlight.push(work);
    dictionary = block.subarray(Math.max(0, block.length - DICTIONARY_BYTES));
  };

  let held: Buffer | undefined;
  for await (const block of blocksOf(source, buffersFor(parallel))) {
    if (held) start(held, constants.Z_SYNC_FLUSH);
    held = block;
    if (inFlight.length >= parallel) {
      const done = await inFlight.shift();
      if (done) yield done;
    }
  }
  start(held ?? Buffer.alloc(0), constants.Z_FINISH);
  for (const work of inFlight) yield await work;
}

/**
 * The same bytes in blocks of BLOCK_BYTES, the last one shorter; a block's memory is used again `buffers` blocks later.
 * As garbage they would pile up to 30 MB before anybody collected them.
 */
async function* blocksOf(source: AsyncIterable<Buffer>, buffers: number): AsyncGenerator<Buffer, void, void> {
  const ring: Buffer[] = [];
  const take = (index: number): Buffer => {
    const place = index % buffers;
    ring[place] ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
    return ring[place];
  };
  let index = 0;
  let block = take(index);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, filled, at);
      at += copied;
      filled += copied;
      if (filled === BLOCK_BYTES) {
        yield block;
        block = take(++index);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
