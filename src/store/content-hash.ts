import { createHash, hash } from 'node:crypto';
import type { Digest } from './store.ts';

/**
 * Dropbox content_hash: SHA-256 of the concatenated SHA-256 digests of each 4 MiB block, in lower-case hex; nothing
 * hashes to SHA-256 of nothing. https://www.dropbox.com/developers/reference/content-hash
 */
export const BLOCK_BYTES = 4 * 1024 * 1024;

export interface Hasher {
  update(chunk: Buffer): void;
  /** Ends the hasher. */
  digest(): Digest;
}

export interface ContentHasher {
  update(chunk: Buffer): void;
  /** Ends the hasher. */
  digest(): string;
}

/** Both hashes of content held whole. Up to one block its SHA-256 is also the block's digest, so one pass does. */
export function hashBytes(bytes: Buffer): Digest {
  if (bytes.length > BLOCK_BYTES) {
    const hasher = createHasher();
    hasher.update(bytes);
    return hasher.digest();
  }
  const block = hash('sha256', bytes, 'buffer');
  const sha256 = block.toString('hex');
  return { size: bytes.length, sha256, contentHash: bytes.length === 0 ? sha256 : hash('sha256', block) };
}

/** Both hashes of a stream, from chunks of any size. */
export function createHasher(): Hasher {
  const whole = createHash('sha256');
  const content = createContentHasher();
  let size = 0;
  return {
    update(chunk) {
      whole.update(chunk);
      content.update(chunk);
      size += chunk.length;
    },
    digest: () => ({ size, sha256: whole.digest('hex'), contentHash: content.digest() }),
  };
}

/** content_hash alone, for what is sent and not read: half the work. */
export function createContentHasher(): ContentHasher {
  const digests = createHash('sha256');
  let block = createHash('sha256');
  let filled = 0;
  return {
    update(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + BLOCK_BYTES - filled);
        block.update(part);
        filled += part.length;
        at += part.length;
        if (filled === BLOCK_BYTES) {
          digests.update(block.digest());
          block = createHash('sha256');
          filled = 0;
        }
      }
    },
    digest() {
      if (filled > 0) digests.update(block.digest());
      return digests.digest('hex');
    },
  };
}
