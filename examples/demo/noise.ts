import { createCipheriv, createHash } from 'node:crypto';

/** Bytes that nothing compresses, the same for the same seed on every machine. */
export function noise(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16)).update(Buffer.alloc(length));
}
