import type { Clock } from './clock.ts';

/** Holds all who share it, together, to a number of bytes a second. */
export interface Throttle {
  /** What passes in one turn. Who sends pieces of at most so many bytes is never silent for long, however low the rate. */
  readonly turnBytes: number;
  /**
   * Counts bytes that are about to go or have just come. Undefined when they are within the rate, else a promise that
   * resolves when they are; it rejects with the signal's reason. Nothing is taken back: bytes sent twice count twice.
   */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined;
}

/**
 * Who has much to pass pays in turns of so long, so that a small request (a lease that must be renewed within its time)
 * waits for one turn of each of the others, however low the rate and however large their chunks.
 */
const TURN_MS = 50;
/** So much of unused time may be made up for: timers that fire late, a second of hashing. It is also the largest burst. */
const BURST_MS = 250;

/**
 * A token bucket that begins empty: in the first t seconds no more than t × `bytesPerSecond` pass. It is kept as the
 * time until which everything let through is paid for, so nothing drifts and nobody polls: who must wait sleeps once a
 * turn, in the order of asking.
 */
export function createThrottle(bytesPerSecond: number, clock: Clock): Throttle {
  const turnBytes = Math.max(1, Math.floor((bytesPerSecond * TURN_MS) / 1000));
  let paidUntil = clock.elapsed();

  /** When these bytes are paid for, after all that were asked for before. */
  const pay = (bytes: number): number => {
    paidUntil = Math.max(paidUntil, clock.elapsed() - BURST_MS) + (bytes * 1000) / bytesPerSecond;
    return paidUntil;
  };

  const sleepUntil = async (time: number, signal: AbortSignal): Promise<void> => {
    // Again when it woke early: timers count whole milliseconds.
    for (let left = time - clock.elapsed(); left > 0; left = time - clock.elapsed()) {
      await clock.sleep(left, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    }
  };

  const payInTurns = async (bytes: number, firstTurn: number, signal: AbortSignal): Promise<void> => {
    await sleepUntil(firstTurn, signal);
    for (let left = bytes; left > 0; left -= turnBytes) await sleepUntil(pay(Math.min(left, turnBytes)), signal);
  };

  return {
    turnBytes,
    take(bytes, signal) {
      const first = Math.min(bytes, turnBytes);
      const due = pay(first);
      return first === bytes && due <= clock.elapsed() ? undefined : payInTurns(bytes - first, due, signal);
    },
  };
}

/** The chunks of a stream, each when it is within the rate. */
export async function* paced(
  chunks: AsyncIterable<Buffer>,
  throttle: Throttle,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    const wait = throttle.take(chunk.length, signal);
    if (wait) await wait;
    yield chunk;
  }
}
