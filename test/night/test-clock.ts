import { setTimeout as delay, setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Clock } from '../../src/host/clock.ts';

/** Runs at real speed from a date of the test's choosing, and can be set forward. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start: Date): TestClock {
  const origin = performance.now();
  let skipped = 0;
  const elapsed = (): number => performance.now() - origin + skipped;
  return {
    now: () => new Date(start.getTime() + elapsed()),
    elapsed,
    advance(ms) {
      skipped += ms;
    },
    async sleep(ms, signal) {
      await delay(ms, undefined, { ref: false, ...(signal && { signal }) });
    },
  };
}

/** The same dates, but who waits is waked at once, hours later by `elapsed`: for the retries of a store. */
export function impatient(clock: Clock): Clock {
  let skipped = 0;
  return {
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + skipped,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      skipped += ms;
      await yieldToOthers();
    },
  };
}
