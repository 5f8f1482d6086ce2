import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/host/clock.ts';

/** The calendar of an office's machine, which may be set wrongly; its monotonic time only goes on. */
export interface OfficeClock extends Clock {
  set(now: Date): void;
}

/** Pauses between two tries pass at once; what is longer belongs to the lease, and ends with the run. */
const LONGEST_PAUSE_MS = 10_000;

export function officeClock(start: Date): OfficeClock {
  let day = start.getTime();
  let setAt = performance.now();
  let skipped = 0;
  return {
    now: () => new Date(day + performance.now() - setAt),
    elapsed: () => performance.now() + skipped,
    async sleep(ms, signal) {
      if (ms > LONGEST_PAUSE_MS) return await delay(ms, undefined, { ref: false, ...(signal && { signal }) });
      signal?.throwIfAborted();
      skipped += ms;
      await turn();
    },
    set(now) {
      day = now.getTime();
      setAt = performance.now();
    },
  };
}
