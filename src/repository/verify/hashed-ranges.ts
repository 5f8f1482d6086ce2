import { createContentHasher } from '../../store/content-hash.ts';

/**
 * Range reads that compute the content_hash of the whole object on the side: what is read in order anyway is not read
 * again for it. `contentHash` reads whatever was never reached.
 */
export interface HashedRanges {
  read(offset: number, length: number): Promise<Buffer>;
  contentHash(): Promise<string>;
}

const REST_BYTES = 8 * 1024 * 1024;

export function hashedRanges(read: (offset: number, length: number) => Promise<Buffer>, size: number): HashedRanges {
  const hasher = createContentHasher();
  let position = 0;
  const hashed = async (offset: number, length: number): Promise<Buffer> => {
    const bytes = await read(offset, length);
    if (offset <= position && offset + bytes.length > position) {
      const fresh = bytes.subarray(position - offset);
      hasher.update(fresh);
      position += fresh.length;
    }
    return bytes;
  };
  return {
    read: hashed,
    async contentHash() {
      while (position < size) await hashed(position, Math.min(REST_BYTES, size - position));
      return hasher.digest();
    },
  };
}
