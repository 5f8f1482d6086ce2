/** The vocabulary of the archive room: what goes in, what came out. `D` is whatever the giver computes of the bytes. */

/** One entry to be written. `name` is final: `/`-separated, safe and unique (src/backup/listing/archive-names.ts sees to that). */
export interface ZipInput<D> {
  readonly name: string;
  /** Restored to the second in every zone (UT extra field). */
  readonly modified: Date;
  /** Expected bytes; undefined where it is known only after loading (then `load` is used whatever the size). */
  readonly size: number | undefined;
  /**
   * The whole content, for entries up to `smallBytes`. The bytes are the archive's from then on: it gives their memory
   * back.
   */
  load(signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly digest: D }>;
  /** The content in chunks, for larger ones; returns the digest after the last chunk. */
  stream(signal: AbortSignal): AsyncGenerator<Buffer, D, void>;
}

/** STORE is 0, DEFLATE is 8, as in the ZIP specification (APPNOTE 4.4.5). */
export type ZipMethod = 0 | 8;

export interface ZipWritten<D> {
  readonly name: string;
  readonly digest: D;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly method: ZipMethod;
  /** Byte position of the local header in the archive. */
  readonly offset: number;
}

export type Compression = 'Auto' | 'Store' | 'Deflate';
