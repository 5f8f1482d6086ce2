import type { ZipInput } from '../../src/zip/entry.ts';
import { NOON } from './fixture.ts';

/** A file of zeros too large for the memory, with what its stream ends with. */
export function zeros<D>(name: string, size: number, digest: D): ZipInput<D> {
  const blockBytes = 1024 ** 2;
  // A piece of it is nobody's to give back.
  const block = Buffer.alloc(blockBytes + 1);
  return {
    name,
    modified: NOON,
    size,
    load: () => Promise.reject(new Error('too large to be loaded')),
    async *stream() {
      for (let left = size; left > 0; left -= blockBytes) yield block.subarray(0, Math.min(left, blockBytes));
      return digest;
    },
  };
}
