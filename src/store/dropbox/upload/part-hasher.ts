import { createHash, hash } from 'node:crypto';
import { BLOCK_BYTES } from '../../content-hash.ts';

/**
 * content_hash of each part and of the whole with every byte hashed once: parts begin at block boundaries, so both
 * are made from the same block digests. Bytes are hashed as they come, not a part at a time, which would hold up
 * everybody else on the thread for 20 ms.
 */
export interface PartHasher {
  update(bytes: Buffer): void;
  /** Of the next so many blocks, all of whose bytes have come. */
  part(blocks: number): string;
  /** Of what is left, which is the last part and may be short or nothing; and of the whole. Ends the hasher. */
  end(): { readonly part: string; readonly whole: string };
}

export function createPartHasher(): PartHasher {
  const all = createHash('sha256');
  const digests: Buffer[] = [];
  let block = createHash('sha256');
  let filled = 0;
  const part = (blocks: number): string => {
    const joined = Buffer.concat(digests.splice(0, blocks));
    all.update(joined);
    return hash('sha256', joined);
  };
  const endBlock = (): void => {
    digests.push(block.digest());
    block = createHash('sha256');
    filled = 0;
  };
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + BLOCK_BYTES - filled);
        block.update(piece);
        filled += piece.length;
        at += piece.length;
        if (filled === BLOCK_BYTES) endBlock();
      }
    },
    part,
    end() {
      if (filled > 0) endBlock();
      return { part: part(digests.length), whole: all.digest('hex') };
    },
  };
}
