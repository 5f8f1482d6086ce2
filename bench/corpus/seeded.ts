import { createCipheriv, createHash } from 'node:crypto';

/** A stream of numbers and bytes that is the same for the same seed, on every machine. */
export interface Seeded {
  /** Uniform in [0, 1). */
  number(): number;
  /** Uniform in [0, below). */
  integer(below: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Normally distributed, mean 0, deviation 1. */
  normal(): number;
  /** Bytes that nothing compresses: AES-CTR, 2 GB/s. */
  bytes(length: number): Buffer;
}

const POOL_BYTES = 64 * 1024;

export function seeded(seed: string): Seeded {
  const key = createHash('sha256').update(seed).digest();
  const keyStream = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  let pool = Buffer.alloc(0);
  let at = 0;

  const number = (): number => {
    if (at + 4 > pool.length) {
      pool = keyStream.update(Buffer.alloc(POOL_BYTES));
      at = 0;
    }
    at += 4;
    return pool.readUInt32LE(at - 4) / 0x1_0000_0000;
  };
  const integer = (below: number): number => Math.floor(number() * below);
  return {
    number,
    integer,
    pick: ([first, ...rest]) => rest[integer(rest.length + 1) - 1] ?? first,
    normal: () => Math.sqrt(-2 * Math.log(1 - number())) * Math.cos(2 * Math.PI * number()),
    bytes: (length) => keyStream.update(Buffer.alloc(length)),
  };
}
