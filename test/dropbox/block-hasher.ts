import { createHash, type Hash } from 'node:crypto';

/** Dropbox content_hash: the SHA-256 of the concatenated SHA-256 digests of each 4 MiB block. */
export const BLOCK_BYTES = 4 * 1024 * 1024;

export interface BlockHasher {
  update(bytes: Uint8Array): void;
  /** Digests of the blocks so far, the last one possibly short. The hasher may go on afterwards. */
  blocks(): Buffer[];
  hex(): string;
  copy(): BlockHasher;
}

export function blockHasher(): BlockHasher {
  return hasherFrom([], createHash('sha256'), 0);
}

export function hashOfBlocks(digests: readonly Buffer[]): string {
  return createHash('sha256').update(Buffer.concat(digests)).digest('hex');
}

export function contentHash(bytes: Uint8Array): string {
  const hasher = blockHasher();
  hasher.update(bytes);
  return hasher.hex();
}

function hasherFrom(done: Buffer[], initial: Hash, initialFill: number): BlockHasher {
  let current = initial;
  let fill = initialFill;
  function blocks(): Buffer[] {
    return fill === 0 ? [...done] : [...done, current.copy().digest()];
  }
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + BLOCK_BYTES - fill);
        current.update(part);
        fill += part.length;
        at += part.length;
        if (fill === BLOCK_BYTES) {
          done.push(current.digest());
          current = createHash('sha256');
          fill = 0;
        }
      }
    },
    blocks,
    hex: () => hashOfBlocks(blocks()),
    copy: () => hasherFrom([...done], current.copy(), fill),
  };
}
