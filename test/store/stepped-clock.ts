import type { Clock } from '../../src/host/clock.ts';

/** Time that stands until the test moves it, so that who waits, and for how long, can be seen. */
export interface SteppedClock extends Clock {
  advance(ms: number): void;
  /** Resolves once exactly so many wait. */
  sleepers(count: number): Promise<void>;
}

export function steppedClock(start: Date = new Date('2026-11-23T03:00:00Z')): SteppedClock {
  const sleeping = new Set<{ readonly until: number; wake(): void }>();
  let elapsed = 0;
  let watcher: { readonly count: number; resolve(): void } | undefined;
  const tell = (): void => {
    if (sleeping.size === watcher?.count) watcher.resolve();
  };
  return {
    now: () => new Date(start.getTime() + elapsed),
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: elapsed + ms, wake: resolve };
      sleeping.add(sleeper);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      tell();
      await promise.finally(() => sleeping.delete(sleeper));
    },
    advance(ms) {
      elapsed += ms;
      for (const sleeper of sleeping) {
        if (sleeper.until > elapsed) continue;
        sleeping.delete(sleeper);
        sleeper.wake();
      }
    },
    async sleepers(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      watcher = { count, resolve };
      tell();
      await promise;
    },
  };
}
