import type { Room } from '../../host/room.ts';
import { BLOCK_BYTES } from '../content-hash.ts';
import { fillInRanges, RANGE_BYTES } from './ranges.ts';
import { RangeRefused, type Reading, startTransfer } from './transfer.ts';

/** A block of content_hash, and the most that a stream may give at once. */
const PIECE_BYTES = BLOCK_BYTES;
/**
 * So many pieces of one file are asked for or wait for those before them, where there is room. Four times what the line has
 * use for (api/line-use.ts): with few more than that, all wait for the slowest (0.72 of the line with 16, 0.92 with 32; one
 * file of 2 GB, 100 ms, 1 Gbit/s).
 */
const MOST_AHEAD = 32;
/** While so much of it comes, many other files do, and its ranges are as theirs. */
const BEGINNING_BYTES = 8 * PIECE_BYTES;
/**
 * Then of one piece after the other. Ranges of one size that are asked for together end together, are asked for anew
 * together, and leave the line idle for a round trip each time: 0.72 of it, where these spread out to 0.99 (by calculation, of
 * 32 MiB under way over 100 ms and 1 Gbit/s), for five calls in place of three.
 */
const RANGES_MIB = [3, 2, 4];

function rangeBytesAt(from: number): number {
  if (from < BEGINNING_BYTES) return RANGE_BYTES;
  return (RANGES_MIB[(from / PIECE_BYTES) % RANGES_MIB.length] ?? 1) * RANGE_BYTES;
}

/** The content from `from` on over one connection, piece by piece, each when it is asked for. */
export async function* piecesInTurn(reading: Reading, from: number, room?: Room): AsyncGenerator<Buffer, void, void> {
  const { file, signal } = reading;
  const transfer = startTransfer(reading, { from });
  const share = room && shareOf(room);
  let at = from;
  try {
    // Of a file that is empty too: whether there is such a revision.
    do {
      // Not the length of the piece, whose reader may have given its memory back by then.
      const bytes = Math.min(PIECE_BYTES, file.size - at);
      await share?.take(bytes, signal);
      const piece = Buffer.allocUnsafeSlow(bytes);
      await transfer.fill(piece);
      if (bytes > 0) yield piece;
      share?.give(bytes);
      at += bytes;
    } while (at < file.size);
  } finally {
    transfer.close();
    share?.giveAll();
  }
}

/**
 * The content in order, in ranges that are asked for side by side, as far ahead as there is room. A range that breaks is
 * resumed by itself, and one that fails ends the reading when its turn has come. Where ranges are not served, what is
 * left comes over one connection: else each of them would bring the whole file.
 */
export async function* piecesAhead(reading: Reading, room: Room): AsyncGenerator<Buffer, void, void> {
  const { file } = reading;
  const over = new AbortController();
  const signal = AbortSignal.any([reading.signal, over.signal]);
  const share = shareOf(room);
  const ahead: Promise<Buffer>[] = [];
  let asked = 0;
  // Room is granted in the order of the pieces: the first of them is the one that others wait for.
  let granted = Promise.resolve();

  const fetch = async (from: number, to: number): Promise<Buffer> => {
    const piece = Buffer.allocUnsafeSlow(to - from);
    await fillInRanges({ ...reading, signal }, from, piece, rangeBytesAt(from));
    return piece;
  };
  const askNext = (): void => {
    const from = asked;
    if (from === file.size) return;
    asked = Math.min(file.size, from + PIECE_BYTES);
    const to = asked;
    granted = granted.then(() => share.take(to - from, signal));
    const piece = granted.then(() => fetch(from, to));
    piece.catch(() => undefined);
    ahead.push(piece);
  };

  let at = 0;
  try {
    for (let n = 0; n < MOST_AHEAD; n++) askNext();
    for (let next = ahead.shift(); next; next = ahead.shift()) {
      const piece = await next;
      const bytes = piece.length;
      reading.signal.throwIfAborted();
      askNext();
      yield piece;
      share.give(bytes);
      at += bytes;
    }
    return;
  } catch (error) {
    if (!(error instanceof RangeRefused)) throw error;
  } finally {
    over.abort();
    await Promise.allSettled(ahead.splice(0));
    share.giveAll();
  }
  yield* piecesInTurn(reading, at, room);
}

/** What one reading has taken, so that all of it is given back however it ends. */
interface Share {
  take(bytes: number, signal: AbortSignal): Promise<void>;
  give(bytes: number): void;
  giveAll(): void;
}

function shareOf(room: Room): Share {
  let held = 0;
  const give = (bytes: number): void => {
    held -= bytes;
    if (bytes > 0) room.give(bytes);
  };
  return {
    async take(bytes, signal) {
      const wait = room.take(bytes, signal);
      if (wait) await wait;
      held += bytes;
    },
    give,
    giveAll: () => give(held),
  };
}
