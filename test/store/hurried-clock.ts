import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/host/clock.ts';

/** Real days, but waiting takes no time: `elapsed` is what was slept so far. */
export function hurriedClock(): Clock {
  let elapsed = 0;
  return {
    now: systemClock.now,
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      elapsed += ms;
      await yieldToOthers();
    },
  };
}
