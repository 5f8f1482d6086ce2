import { corrupt } from './corrupt.ts';

/** Exactly `length` bytes at `offset`, or a rejection. */
export type ReadRange = (offset: number, length: number) => Promise<Buffer>;

/** A stretch of the archive that is read once, front to back, in large ranges with one of them ahead. */
export interface ByteRun {
  /** Where the next byte comes from. */
  readonly position: number;
  /** Exactly that many bytes; throws CorruptArchive when the stretch ends before. */
  take(length: number): Promise<Buffer>;
  /** The next `length` bytes in chunks as they come. */
  chunks(length: number): AsyncGenerator<Buffer, void, void>;
  skip(length: number): Promise<void>;
}

const RANGE_BYTES = 8 * 1024 * 1024;

export function byteRun(read: ReadRange, start: number, end: number): ByteRun {
  let requested = start;
  let position = start;
  let buffered: Buffer = Buffer.alloc(0);
  let ahead: Promise<Buffer> | undefined;

  const request = (): Promise<Buffer> | undefined => {
    if (requested >= end) return undefined;
    const offset = requested;
    const length = Math.min(RANGE_BYTES, end - offset);
    requested += length;
    const range = read(offset, length);
    range.catch(() => undefined);
    return range;
  };
  const upTo = async (length: number): Promise<Buffer> => {
    if (buffered.length === 0) {
      const range = ahead ?? request();
      if (!range) throw corrupt(`something that starts before byte ${end} goes on behind it`);
      buffered = await range;
      ahead = request();
    }
    const chunk = buffered.subarray(0, length);
    buffered = buffered.subarray(chunk.length);
    position += chunk.length;
    return chunk;
  };
  async function* chunks(length: number): AsyncGenerator<Buffer, void, void> {
    for (let left = length; left > 0; ) {
      const chunk = await upTo(left);
      left -= chunk.length;
      yield chunk;
    }
  }

  return {
    get position() {
      return position;
    },
    chunks,
    async take(length) {
      if (length > end - position) throw corrupt(`something that starts before byte ${end} goes on behind it`);
      if (length > 0 && buffered.length >= length) return upTo(length);
      const pieces: Buffer[] = [];
      for await (const piece of chunks(length)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    async skip(length) {
      for (let left = length; left > 0; ) left -= (await upTo(left)).length;
    },
  };
}
