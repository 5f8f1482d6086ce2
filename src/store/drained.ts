import type { Digest } from './store.ts';

/** Reads a store's stream to its end for its digest alone. */
export async function drained(chunks: AsyncGenerator<Buffer, Digest, void>): Promise<Digest> {
  for (;;) {
    const next = await chunks.next();
    if (next.done) return next.value;
  }
}
