import { Failure } from '../host/errors.ts';
import { type Digest, type FileEntry, type ReadableStore, Unavailable } from './store.ts';

/** A file with the content_hash that it is to have. */
export type KnownFile = FileEntry & { readonly contentHash: string };

/** Reads a file whole and tells whether its bytes are those of its content_hash, whatever its time says. */
export async function readsAsKnown(
  store: Pick<ReadableStore, 'stream'>,
  file: KnownFile,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await digestOf(store.stream(file, signal))).contentHash === file.contentHash;
  } catch (error) {
    if (error instanceof Unavailable) return false;
    if (error instanceof Failure && error.exit === 'mismatch') return false;
    throw error;
  }
}

async function digestOf(chunks: AsyncGenerator<Buffer, Digest, void>): Promise<Digest> {
  for (;;) {
    const next = await chunks.next();
    if (next.done) return next.value;
  }
}
