import type { Room } from '../host/room.ts';

/** The vocabulary of the archive room: what goes in, what came out. `D` is whatever the giver computes of the bytes. */

/** One entry to be written. `name` is final: `/`-separated, safe and unique (src/backup/listing/archive-names.ts sees to that). */
export interface ZipInput<D> {
  readonly name: string;
  /** Restored to the second in every zone (UT extra field) from 1901 to 2038; else to two seconds, in UTC. */
  readonly modified: Date;
  /** Expected bytes; undefined where it is known only after loading (then `load` is used whatever the size). */
  readonly size: number | undefined;
  /**
   * The whole content, for entries up to `smallBytes`. The bytes are the archive's from then on: it gives their memory
   * back. `crc32` where the giver has computed it already.
   */
  load(
    signal: AbortSignal,
  ): Promise<{ readonly bytes: Buffer; readonly digest: D; readonly crc32?: number | undefined }>;
  /**
   * The content in chunks, for larger ones; returns the digest after the last chunk. It may be begun before its turn, and
   * read ahead as far as there is room. A chunk that is all of its buffer is the archive's too, until the next is asked for.
   */
  stream(signal: AbortSignal, room?: Room): AsyncGenerator<Buffer, D, void>;
}

/** STORE is 0, DEFLATE is 8, as in the ZIP specification (APPNOTE 4.4.5). */
export type ZipMethod = 0 | 8;

/** Where an entry lies: one stretch of the archive, and one of its central directory. */
export interface ZipPlace {
  /** Byte position of the local header in the archive. */
  readonly offset: number;
  /** From there to the end of the data, or of the descriptor behind them. */
  readonly bytes: number;
  /** Where its record begins, counted from the start of the central directory. */
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

/** Bytes of the archive that belong to no entry: what an abandoned entry left behind. */
export interface Gap {
  readonly offset: number;
  readonly length: number;
}

export interface ZipWritten<D> extends ZipPlace {
  readonly name: string;
  readonly digest: D;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly method: ZipMethod;
}

export type Compression = 'Auto' | 'Store' | 'Deflate';
