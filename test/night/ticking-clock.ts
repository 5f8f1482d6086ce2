import type { TestClock } from './test-clock.ts';

/**
 * Time that passes by so many milliseconds as often as the event loop comes round to it: where the machine is busy with
 * something else it is slower, and what goes on in it is the same.
 */
export function tickingClock(start: Date, msPerTick: number): TestClock & Disposable {
  const sleeping = new Set<{ readonly until: number; wake(): void }>();
  let elapsed = 0;
  const pass = (ms: number): void => {
    elapsed += ms;
    for (const sleeper of sleeping) if (sleeper.until <= elapsed) sleeper.wake();
  };
  const ticking = setInterval(pass, 1, msPerTick).unref();
  return {
    now: () => new Date(start.getTime() + elapsed),
    elapsed: () => elapsed,
    advance: pass,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: elapsed + ms, wake: resolve };
      const leave = (): void => reject(signal?.reason);
      sleeping.add(sleeper);
      signal?.addEventListener('abort', leave, { once: true });
      try {
        await promise;
      } finally {
        sleeping.delete(sleeper);
        signal?.removeEventListener('abort', leave);
      }
    },
    [Symbol.dispose]: () => clearInterval(ticking),
  };
}
