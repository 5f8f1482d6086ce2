import type { Clock } from '../../src/host/clock.ts';

/** A clock that stands still until a test moves it; sleeping moves it too, at once. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = '2026-11-23T03:00:00Z'): ManualClock {
  let elapsed = 0;
  const origin = Date.parse(start);
  return {
    now: () => new Date(origin + elapsed),
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      elapsed += ms;
    },
    advance(ms) {
      elapsed += ms;
    },
  };
}
