import { setTimeout as delay } from 'node:timers/promises';

/** Time as a value that is passed in, so that a test decides what day it is and never sleeps to wait. */
export interface Clock {
  now(): Date;
  /** Monotonic milliseconds, for durations and deadlines. */
  elapsed(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
