import { promisify } from 'node:util';
import { crc32, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { giveBack } from '../../host/memory.ts';
import type { Compression, ZipMethod } from '../entry.ts';
import { isCompressible } from './compressible.ts';
import { DEFLATE_LEVEL, deflateOptions } from './deflate-options.ts';
import { limitByTurn } from './limit-by-turn.ts';

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

/** From here on the pages of a buffer that were never written to take no memory (MALLOC_MMAP_THRESHOLD_ of the image). */
const MAPPED_FROM_BYTES = 128 * 1024;
/** What a zlib state takes from the moment it is asked for. */
const STATE_BYTES = 384 * 1024;

export interface Content {
  readonly name: string;
  readonly turn: number;
  /** Given back once it is not needed any more. */
  readonly bytes: Buffer;
  /** Undefined where nobody has computed it. */
  readonly crc32: number | undefined;
  /** Told how many bytes are held for it from now on. */
  hold(bytes: number): void;
}

/**
 * Compresses whole contents, on libuv's thread pool but for tiny ones, those whose turn comes first before the others.
 * `parallel` at once, since each needs room for what may come out, and its state.
 */
export function wholeCompressor(compression: Compression, parallel: number): (content: Content) => Promise<Compressed> {
  const limit = limitByTurn(parallel);
  const deflate = ({ turn, bytes, hold }: Content): Promise<Buffer> | Buffer => {
    const chunkSize = deflatedBound(bytes.length);
    if (bytes.length <= AT_ONCE_BYTES) return deflateRawSync(bytes, { ...SMALL_STATE, chunkSize });
    return limit(turn, () => {
      hold(bytes.length + chunkSize + STATE_BYTES);
      return deflateOnPool(bytes, { ...deflateOptions(bytes), chunkSize });
    });
  };

  return async (content) => {
    const { name, bytes } = content;
    const stored: Compressed = { method: 0, crc32: content.crc32 ?? crc32(bytes), body: bytes };
    if (bytes.length === 0 || compression === 'Store') return stored;
    if (compression === 'Auto' && (bytes.length < DEFLATE_FROM_BYTES || !isCompressible(name, bytes))) return stored;
    const body = await deflate(content);
    const isWorth = compression === 'Deflate' || body.length <= bytes.length * WORTHWHILE;
    const { length } = isWorth && bytes.length >= MAPPED_FROM_BYTES ? body : bytes;
    giveBack(isWorth ? bytes : body);
    content.hold(length);
    return isWorth ? { ...stored, method: 8, body } : stored;
  };
}

/** Room for the result in one piece, so that zlib need not come back to the main thread for more. */
export function deflatedBound(length: number): number {
  return length + Math.ceil(length / 1024) + 128;
}
