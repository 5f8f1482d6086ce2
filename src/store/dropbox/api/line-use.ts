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
const WINDOW_MS = 1000;
/** The shortest of so many counts: longer ones have waited behind contents. */
const RECENT_WAITS = 64;

export function createLineUse(): LineUse {
  const waits: number[] = [];
  const arrivals: { readonly at: number; readonly bytes: number }[] = [];
  let since: number | undefined;
  let inWindow = 0;

  return {
    answered(ms) {
      waits.push(ms);
      if (waits.length > RECENT_WAITS) waits.shift();
    },
    brought(bytes, now) {
      since ??= now;
      arrivals.push({ at: now, bytes });
      inWindow += bytes;
    },
    bytesOfUse(now) {
      if (since === undefined || now - since < WINDOW_MS) return MOST_BYTES;
      for (let first = arrivals[0]; first && first.at < now - WINDOW_MS; first = arrivals[0]) {
        inWindow -= first.bytes;
        arrivals.shift();
      }
      const use = WAITS * Math.min(...waits) * (inWindow / WINDOW_MS);
      return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, use));
    },
  };
}
