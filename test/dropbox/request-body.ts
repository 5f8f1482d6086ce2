import { type BlockHasher, blockHasher, hashOfBlocks } from './block-hasher.ts';
import { Refusal } from './wire.ts';
import type { Call } from './world.ts';

/** Upload-style requests are limited to 150 MiB. */
const MAX_UPLOAD_BYTES = 150 * 1024 * 1024;

/** What a request brought, as it came: a gigabyte of uploads is neither copied together nor hashed twice. */
export interface Body {
  readonly length: number;
  readonly pieces: readonly Buffer[];
  /** Digests of its 4 MiB blocks, counted from its own beginning. */
  blocks(): readonly Buffer[];
  part(start: number, end: number): Body;
}

/** The whole body, so that a request that breaks off leaves nothing behind; checked against its content_hash. */
export async function uploadedBytes(call: Call, expectedHash: string | undefined): Promise<Body> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of call.body) {
    size += piece.length;
    if (size <= MAX_UPLOAD_BYTES) pieces.push(piece);
  }
  if (size > MAX_UPLOAD_BYTES) throw new Refusal('payload_too_large');
  const body = bodyOf(pieces, size);
  if (expectedHash !== undefined && expectedHash !== hashOfBlocks(body.blocks())) {
    throw new Refusal('content_hash_mismatch');
  }
  return body;
}

function bodyOf(pieces: readonly Buffer[], length: number): Body {
  let known: readonly Buffer[] | undefined;
  return {
    length,
    pieces,
    blocks() {
      known ??= hashed(pieces).blocks();
      return known;
    },
    part(start, end) {
      if (start === 0 && end >= length) return bodyOf(pieces, length);
      const bytes = Buffer.concat(pieces).subarray(start, end);
      return bodyOf([bytes], bytes.length);
    },
  };
}

function hashed(pieces: readonly Buffer[]): BlockHasher {
  const hasher = blockHasher();
  for (const piece of pieces) hasher.update(piece);
  return hasher;
}
