import { open } from 'node:fs/promises';

const FLUSH_BYTES = 256 * 1024;

/**
 * The central directory while it grows. It is needed only at the very end, and a record of about 150 bytes for each of
 * a million files is more than half the job's memory, so it waits in a file.
 */
export interface DirectorySpool {
  readonly bytes: number;
  append(record: Buffer): Promise<void> | undefined;
  read(): AsyncGenerator<Buffer, void, void>;
  close(): Promise<void>;
}

/** Replaces what is at `path`; the caller removes the file. */
export async function directorySpool(path: string): Promise<DirectorySpool> {
  const file = await open(path, 'w+', 0o600);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let written = 0;

  const flush = async (): Promise<void> => {
    const records = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    await file.appendFile(records);
    written += records.length;
  };

  return {
    get bytes() {
      return written + pendingBytes;
    },
    append(record) {
      pending.push(record);
      pendingBytes += record.length;
      return pendingBytes < FLUSH_BYTES ? undefined : flush();
    },
    async *read() {
      await flush();
      for (let position = 0; position < written; ) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(FLUSH_BYTES), 0, FLUSH_BYTES, position);
        if (bytesRead === 0) throw new Error(`the directory spool ends at byte ${position} of ${written}`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
}
