import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds; 30,000 unless told. A cluster on two busy cores takes seconds where an idle one takes a blink. */
  readonly within?: number;
  readonly everyMs?: number;
}

/**
 * Asks until the answer is something (not undefined, null, false or '') and returns it. What `ask` throws counts as "not
 * yet" and is told when time is up: an API server that restarts refuses connections.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  { within = 30_000, everyMs = 50 }: Patience = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false && answer !== '')
        return answer as NonNullable<Exclude<T, false>>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      throw new Error(`waited ${within} ms in vain for ${what}`, last === undefined ? {} : { cause: last });
    }
    await delay(everyMs);
  }
}

/** A promise that must settle in time, or the error says what was waited for. */
export async function inTime<T>(what: string, promise: Promise<T>, within = 30_000): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited ${within} ms in vain for ${what}`)), within);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
