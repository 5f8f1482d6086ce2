import { promisify } from 'node:util';
import { crc32, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import pLimit from 'p-limit';
import type { Compression, ZipMethod } from '../entry.ts';
import { isCompressible } from './compressible.ts';
import { DEFLATE_LEVEL, deflateOptions } from './deflate-options.ts';

export interface Compressed {
  readonly method: ZipMethod;
  readonly crc32: number;
  readonly body: Buffer;
}

/** What a reader gains from one percent is less than what inflating costs it. */
const WORTHWHILE = 0.99;
/** Fewer bytes than this do not shrink by more than the work is worth: the entry's two headers have 150. */
const DEFLATE_FROM_BYTES = 64;
/**
 * Up to here the way to the thread pool and back costs more than deflating does: 66 to 88 µs of CPU against 36 µs for
 * 2 KiB of text, with the small window that is all such a content can use.
 */
const AT_ONCE_BYTES = 4 * 1024;
const SMALL_STATE: ZlibOptions = { level: DEFLATE_LEVEL, windowBits: 12, memLevel: 5 };

const deflateOnPool: (content: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(deflateRaw);

/**
 * Compresses whole contents, on libuv's thread pool but for tiny ones. At most cores + 1 at once: every zlib state takes
 * 384 KiB from the moment it is asked for, not from when a thread is free.
 */
export function wholeCompressor(
  compression: Compression,
  cores: number,
): (name: string, content: Buffer) => Promise<Compressed> {
  const limit = pLimit(cores + 1);
  const deflate = (content: Buffer): Promise<Buffer> | Buffer => {
    const chunkSize = deflatedBound(content.length);
    if (content.length <= AT_ONCE_BYTES) return deflateRawSync(content, { ...SMALL_STATE, chunkSize });
    return limit(() => deflateOnPool(content, { ...deflateOptions(content), chunkSize }));
  };

  return async (name, content) => {
    const stored: Compressed = { method: 0, crc32: crc32(content), body: content };
    if (content.length === 0 || compression === 'Store') return stored;
    if (compression === 'Deflate') return { ...stored, method: 8, body: await deflate(content) };
    if (content.length < DEFLATE_FROM_BYTES || !isCompressible(name, content)) return stored;
    const body = await deflate(content);
    return body.length > content.length * WORTHWHILE ? stored : { ...stored, method: 8, body };
  };
}

/** Room for the result in one piece, so that zlib need not come back to the main thread for more. */
export function deflatedBound(length: number): number {
  return length + Math.ceil(length / 1024) + 128;
}
