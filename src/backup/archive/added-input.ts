import type { Spool } from '../../host/spool.ts';
import { createHasher, hashBytes } from '../../store/content-hash.ts';
import type { Digest } from '../../store/store.ts';
import type { ZipInput } from '../../zip/entry.ts';

/** What a run adds to the archive itself, as inputs of the archive: a text in memory, a list on disk. */
export function bytesInput(name: string, modified: Date, bytes: Buffer): ZipInput<Digest> {
  return {
    name,
    modified,
    size: bytes.length,
    // Copies, since what is loaded or streamed is the archive's own.
    load: async () => ({ bytes: Buffer.from(bytes), digest: hashBytes(bytes) }),
    async *stream() {
      yield Buffer.from(bytes);
      return hashBytes(bytes);
    },
  };
}

export function spoolInput(name: string, modified: Date, spool: Spool): ZipInput<Digest> {
  return {
    name,
    modified,
    size: spool.bytes,
    async load() {
      const chunks: Buffer[] = [];
      for await (const chunk of spool.read()) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      return { bytes, digest: hashBytes(bytes) };
    },
    async *stream() {
      const hasher = createHasher();
      for await (const chunk of spool.read()) {
        hasher.update(chunk);
        yield chunk;
      }
      return hasher.digest();
    },
  };
}
