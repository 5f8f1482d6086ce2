import { hash } from 'node:crypto';
import type { HashingAside } from '../../hash-aside.ts';

/**
 * content_hash of each part and of the whole with every byte hashed once: parts begin at block boundaries, so both
 * are made from the same block digests.
 */
export interface PartHasher {
  /** Of the next part: whole blocks, but for the last one. */
  part(bytes: Buffer): Promise<string>;
  /** Of all parts so far. */
  whole(): Promise<string>;
}

export function createPartHasher(hashing: Pick<HashingAside, 'blocks'>): PartHasher {
  const parts: Promise<Buffer>[] = [];
  return {
    async part(bytes) {
      const blocks = hashing.blocks(bytes);
      parts.push(blocks);
      return hash('sha256', await blocks);
    },
    async whole() {
      return hash('sha256', Buffer.concat(await Promise.all(parts)));
    },
  };
}
