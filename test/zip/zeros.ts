import type { ZipInput } from '../../src/zip/entry.ts';
import { NOON } from './fixture.ts';

/** A file of zeros too large for the memory, with what its stream ends with. */
export function zeros<D>(name: string, size: number, digest: D): ZipInput<D> {
  const block = Buffer.alloc(1024 ** 2);
  return {
    name,
    modified: NOON,
    size,
    load: () => Promise.reject(new Error('too large to be loaded')),
    async *stream() {
      for (let left = size; left > 0; left -= block.length) yield block.subarray(0, left);
      return digest;
    },
  };
}
