import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** Where a contestant's archive goes: nowhere but into a count, or into a file that is checked afterwards. */
export interface Output {
  readonly path: string | undefined;
  /** Bytes written so far. */
  readonly bytes: number;
  /** A promise means: wait before the next one. */
  write(chunk: Buffer): Promise<void> | undefined;
  close(): Promise<void>;
}

export async function openOutput(path: string | undefined): Promise<Output> {
  const file = path === undefined ? undefined : await open(path, 'w');
  let bytes = 0;
  return {
    path,
    get bytes() {
      return bytes;
    },
    write(chunk) {
      bytes += chunk.length;
      return file?.appendFile(chunk);
    },
    close: async () => file?.close(),
  };
}

/** The same for libraries that pipe. */
export function asWritable(output: Output): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const written = output.write(chunk);
      if (written) written.then(() => done(), done);
      else done();
    },
  });
}
