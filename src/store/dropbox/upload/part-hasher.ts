import { createHash, hash } from 'node:crypto';
import { BLOCK_BYTES } from '../../content-hash.ts';

/**
 * content_hash of each part and of the whole with every byte hashed once: parts begin at block boundaries, so both
 * are made from the same block digests.
 */
export interface PartHasher {
  /** In order; all but the last a multiple of 4 MiB. */
  part(bytes: Buffer): string;
  /** Ends the hasher. */
  whole(): string;
}

export function createPartHasher(): PartHasher {
  const all = createHash('sha256');
  return {
    part(bytes) {
      const digests: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        digests.push(hash('sha256', bytes.subarray(at, at + BLOCK_BYTES), 'buffer'));
      }
      const joined = Buffer.concat(digests);
      all.update(joined);
      return hash('sha256', joined);
    },
    whole: () => all.digest('hex'),
  };
}
