import { type FileHandle, open } from 'node:fs/promises';

/**
 * An append-only file in the work folder, for what would otherwise grow in memory with the number of files (a million
 * lines or directory records are more than half the job's memory).
 */
export interface Spool {
  readonly bytes: number;
  /** Buffered; resolves at once unless it had to write. */
  append(chunk: Buffer): Promise<void>;
  /** Everything appended so far, in chunks. */
  read(): AsyncGenerator<Buffer, void, void>;
  close(): Promise<void>;
}

const FLUSH_BYTES = 256 * 1024;

/** Replaces what is at `path`; the caller removes the file. Appends keep their order without being awaited one by one. */
export async function openSpool(path: string): Promise<Spool> {
  const file: FileHandle = await open(path, 'w+', 0o600);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let written = 0;

  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    const chunk = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    writing = writing.then(() => file.appendFile(chunk));
    written += chunk.length;
    return writing;
  };

  return {
    get bytes() {
      return written + pendingBytes;
    },
    async append(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes >= FLUSH_BYTES) await flush();
    },
    async *read() {
      await flush();
      for (let position = 0; position < written; ) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(FLUSH_BYTES), 0, FLUSH_BYTES, position);
        if (bytesRead === 0) throw new Error(`the spool ends at byte ${position} of ${written}`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
}
