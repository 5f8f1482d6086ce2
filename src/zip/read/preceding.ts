import { crc32 } from 'node:zlib';
import type { ReadRange } from './byte-run.ts';
import { corrupt } from './corrupt.ts';
import { inAskedOrder } from './in-asked-order.ts';

/**
 * The front of an archive as its writer knew it: so many bytes with this CRC-32. Written into a later entry, it proves
 * the bits that say nothing and that no entry's own checksum covers: gaps, and the padding in front of a byte border
 * within deflate data.
 */
export interface Preceding {
  readonly bytes: number;
  readonly crc32: number;
}

export interface SummedRanges {
  readonly read: ReadRange;
  /** Throws CorruptArchive when what was read is not that front; to be asked once all of it was. */
  check(): void;
}

/** Reads ranges that follow one another from byte 0, side by side if so asked, and sums the front on the side. */
export function summedRanges(read: ReadRange, expected: Preceding): SummedRanges {
  let position = 0;
  let sum = 0;
  const ranges = inAskedOrder(read, (range, offset) => {
    const fresh = range.subarray(0, Math.max(0, expected.bytes - offset));
    sum = crc32(fresh, sum);
    position += fresh.length;
  });
  return {
    read: ranges,
    check() {
      if (position !== expected.bytes || sum !== expected.crc32) {
        throw corrupt(`its first ${expected.bytes} bytes are not those that were written`);
      }
    },
  };
}
