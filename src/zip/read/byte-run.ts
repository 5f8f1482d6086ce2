import { corrupt } from './corrupt.ts';

/** Exactly `length` bytes at `offset`, or a rejection. */
export type ReadRange = (offset: number, length: number) => Promise<Buffer>;

/** A stretch of the archive that is read once, front to back, in large ranges of which the next are under way. */
export interface ByteRun {
  /** Where the next byte comes from. */
  readonly position: number;
  /** Exactly that many bytes; throws CorruptArchive when the stretch ends before. */
  take(length: number): Promise<Buffer>;
  /** The next `length` bytes in chunks as they come. */
  chunks(length: number): AsyncGenerator<Buffer, void, void>;
  skip(length: number): Promise<void>;
}

const RANGE_BYTES = 4 * 1024 * 1024;
/** For what many read beside others, each for itself. */
const FEW = 2;
/**
 * For one who has the line to himself: over 100 ms, eight connections of 400 Mbit/s each bring more than a Gbit/s with
 * such ranges, and two a third of it.
 */
export const MANY = 8;
/** What a run of so many holds at most. */
export const MANY_BYTES = MANY * RANGE_BYTES;

/** Up to `atOnce` ranges are asked for and not yet passed on. */
export function byteRun(read: ReadRange, start: number, end: number, atOnce = FEW): ByteRun {
  let requested = start;
  let position = start;
  let buffered: Buffer = Buffer.alloc(0);
  const ahead: Promise<Buffer>[] = [];

  const askAhead = (): void => {
    while (ahead.length < atOnce && requested < end) {
      const length = Math.min(RANGE_BYTES, end - requested);
      const range = read(requested, length);
      range.catch(() => undefined);
      ahead.push(range);
      requested += length;
    }
  };
  const upTo = async (length: number): Promise<Buffer> => {
    if (buffered.length === 0) {
      askAhead();
      const range = ahead.shift();
      if (!range) throw corrupt(`something that starts before byte ${end} goes on behind it`);
      buffered = await range;
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
