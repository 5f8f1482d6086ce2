import { contentHash } from './block-hasher.ts';
import { Refusal } from './wire.ts';
import type { Call } from './world.ts';

/** Upload-style requests are limited to 150 MiB. */
const MAX_UPLOAD_BYTES = 150 * 1024 * 1024;

/** The whole body, so that a request that breaks off leaves nothing behind; checked against its content_hash. */
export async function uploadedBytes(call: Call, expectedHash: string | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of call.body) {
    size += piece.length;
    if (size <= MAX_UPLOAD_BYTES) pieces.push(piece);
  }
  if (size > MAX_UPLOAD_BYTES) throw new Refusal('payload_too_large');
  const bytes = Buffer.concat(pieces);
  if (expectedHash !== undefined && expectedHash !== contentHash(bytes)) throw new Refusal('content_hash_mismatch');
  return bytes;
}
