import type { Clock } from '../../src/host/clock.ts';

/** Time passes only by sleeping, and sleeping takes none; `onSleep` is what happens to the world meanwhile. */
export function fakeClock(
  onSleep: (ms: number) => Promise<void> | void = () => undefined,
): Clock & { waits: number[] } {
  let elapsed = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => new Date(Date.UTC(2026, 10, 23, 3) + elapsed),
    elapsed: () => elapsed,
    async sleep(ms) {
      waits.push(ms);
      elapsed += ms;
      await onSleep(ms);
    },
  };
}
