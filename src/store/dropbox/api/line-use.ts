import { lastSecond, WINDOW_MS } from './last-second.ts';

/**
 * How many bytes of downloads a line has use for at once. It is full with what it brings while one request waits for its
 * answer; what is asked for beyond that comes no sooner, and all of it ends together, last of all what is needed first.
 */
export interface LineUse {
  /** After so many ms a request had the beginning of its answer. */
  answered(ms: number): void;
  /** So many bytes had come, at that time in ms. */
  brought(bytes: number, now: number): void;
  bytesOfUse(now: number): number;
}

const MIB = 1024 * 1024;
/** At 200 Mbit/s a third of a second, and all that a line of 100 ms and 650 Mbit/s holds. */
const LEAST_BYTES = 8 * MIB;
/** What 1 Gbit/s brings in 270 ms. */
const MOST_BYTES = 32 * MIB;
/** For files that are half a wait's worth or less, connections that begin slowly, and a wait that comes out short. */
const WAITS = 4;
/** The shortest of so many counts: longer ones have waited behind contents. */
const RECENT_WAITS = 64;

export function createLineUse(): LineUse {
  const waits: number[] = [];
  const arrived = lastSecond();
  let since: number | undefined;

  return {
    answered(ms) {
      waits.push(ms);
      if (waits.length > RECENT_WAITS) waits.shift();
    },
    brought(bytes, now) {
      since ??= now;
      arrived.add(now, bytes);
    },
    bytesOfUse(now) {
      if (since === undefined || now - since < WINDOW_MS) return MOST_BYTES;
      const use = WAITS * Math.min(...waits) * (arrived.sum(now) / WINDOW_MS);
      return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, use));
    },
  };
}
