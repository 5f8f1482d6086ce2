import { type Digest, Unavailable } from './store.ts';

/** Reads a store's stream to its end for its content_hash alone; undefined when such content can't be had. */
export async function contentHashOf(chunks: AsyncGenerator<Buffer, Digest, void>): Promise<string | undefined> {
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done) return next.value.contentHash;
    }
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}
