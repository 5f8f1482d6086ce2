import type { HashingAside } from '../../hash-aside.ts';
import { createPartHasher } from './part-hasher.ts';
import type { PartPool } from './part-pool.ts';
import { wholeBlocks } from './part-size.ts';

/** A piece of the stream that is sent with one request. */
export interface Part {
  /** Of a pooled buffer: not to be touched after `release`. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** Its content_hash; never a rejection. */
  readonly hash: Promise<string>;
  readonly isLast: boolean;
  /** Gives the buffer back for a later part; to be called once, whatever became of this one. */
  release(): void;
}

/** A stream of unknown length on its way into parts. */
export interface Filling {
  /** Bytes of the parts that were cut. */
  readonly before: number;
  /** What has come behind them, in the buffer. */
  readonly left: Buffer;
  /** Takes of the chunk what still fits into the buffer, and says how much that was; begins a buffer where there is none. */
  add(chunk: Buffer): number;
  /** The first `bytes`, which are whole blocks. What stands behind them moves to another buffer, of which one must be free. */
  cut(bytes: number): Part;
  /** All that is left: whole blocks, where there are any, and a last part of less than one. */
  end(): { readonly whole: Part | undefined; readonly last: Part; readonly contentHash: Promise<string> };
}

const NOTHING = Buffer.alloc(0);

export function fillParts(pool: PartPool, hashing: Pick<HashingAside, 'blocks'>): Filling {
  const hasher = createPartHasher(hashing);
  let buffer: Buffer | undefined;
  let filled = 0;
  let before = 0;
  const left = (): Buffer => buffer?.subarray(0, filled) ?? NOTHING;

  /** From the front of what is left. */
  const partOf = (bytes: Buffer, isLast = false): Omit<Part, 'release'> => {
    const part = { bytes, offset: before, hash: hasher.part(bytes), isLast };
    before += bytes.length;
    return part;
  };

  return {
    get before() {
      return before;
    },
    get left() {
      return left();
    },
    add(chunk) {
      buffer ??= pool.take();
      const copied = chunk.copy(buffer, filled);
      filled += copied;
      return copied;
    },
    cut(bytes) {
      const all = left();
      const used = buffer;
      const rest = all.subarray(bytes);
      buffer = rest.length > 0 ? pool.take() : undefined;
      if (buffer) rest.copy(buffer);
      filled = rest.length;
      return { ...partOf(all.subarray(0, bytes)), release: () => used && pool.release(used) };
    },
    end() {
      const all = left();
      const used = buffer;
      const blocks = wholeBlocks(all.length);
      // Both lie in one buffer, which the last gives back.
      const whole = blocks > 0 ? { ...partOf(all.subarray(0, blocks)), release: () => undefined } : undefined;
      const last = { ...partOf(all.subarray(blocks), true), release: () => used && pool.release(used) };
      buffer = undefined;
      filled = 0;
      return { whole, last, contentHash: hasher.whole() };
    },
  };
}
