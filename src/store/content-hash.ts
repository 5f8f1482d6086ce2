import { createHash, type Hash, hash } from 'node:crypto';
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
  return { size: bytes.length, ...ofOneBlock(hash('sha256', bytes, 'buffer'), bytes.length) };
}

/** Both hashes of a stream, from chunks of any size. Like hashBytes it reads the first block once, and the rest twice. */
export function createHasher(): Hasher {
  const first = createHash('sha256');
  let later: { readonly whole: Hash; readonly content: ContentHasher } | undefined;
  let size = 0;
  return {
    update(chunk) {
      const ofFirst = later ? 0 : Math.min(chunk.length, BLOCK_BYTES - size);
      size += chunk.length;
      if (ofFirst > 0) first.update(chunk.subarray(0, ofFirst));
      if (ofFirst === chunk.length) return;
      // In this order: a digest ends its hash.
      later ??= { whole: first.copy(), content: createContentHasher(first.digest()) };
      const rest = chunk.subarray(ofFirst);
      later.whole.update(rest);
      later.content.update(rest);
    },
    digest() {
      if (later) return { size, sha256: later.whole.digest('hex'), contentHash: later.content.digest() };
      return { size, ...ofOneBlock(first.digest(), size) };
    },
  };
}

/** content_hash alone, for what is sent and not read: half the work. `firstBlock` is the digest of one that went before. */
export function createContentHasher(firstBlock?: Buffer): ContentHasher {
  const digests = createHash('sha256');
  if (firstBlock) digests.update(firstBlock);
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

/** The digests of the blocks, one after the other. */
export function blockDigests(bytes: Buffer): Buffer {
  const digests: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    digests.push(hash('sha256', bytes.subarray(at, at + BLOCK_BYTES), 'buffer'));
  }
  return Buffer.concat(digests);
}

function ofOneBlock(block: Buffer, size: number): Pick<Digest, 'sha256' | 'contentHash'> {
  const sha256 = block.toString('hex');
  return { sha256, contentHash: size === 0 ? sha256 : hash('sha256', block) };
}
