import { createContentHasher } from '../../store/content-hash.ts';
import type { ReadRange } from '../../zip/read/byte-run.ts';
import { inAskedOrder } from '../../zip/read/in-asked-order.ts';

/**
 * Range reads that compute the content_hash of the whole object on the side: what is read in order anyway, side by side
 * or not, is not read again for it. `contentHash` reads whatever was never reached.
 */
export interface HashedRanges {
  readonly read: ReadRange;
  contentHash(): Promise<string>;
}

const REST_BYTES = 8 * 1024 * 1024;

export function hashedRanges(read: ReadRange, size: number): HashedRanges {
  const hasher = createContentHasher();
  /** Up to here all is asked for, and up to `position` it has come. */
  let asked = 0;
  let position = 0;
  let last: Promise<unknown> | undefined;
  const fresh = inAskedOrder(read, (range, offset) => {
    hasher.update(range.subarray(position - offset));
    position = offset + range.length;
  });
  const hashed: ReadRange = (offset, length) => {
    if (offset > asked || offset + length <= asked) return read(offset, length);
    asked = offset + length;
    const range = fresh(offset, length);
    last = range;
    return range;
  };
  return {
    read: hashed,
    async contentHash() {
      await last;
      while (position < size) await hashed(asked, Math.min(REST_BYTES, size - asked));
      return hasher.digest();
    },
  };
}
