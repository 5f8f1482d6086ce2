import type { Clock } from '../host/clock.ts';

/**
 * Resolves with true once `spokeAt()` (by clock.elapsed()) is `longestMs` ago, with false when the signal aborts first.
 */
export async function untilSilent(
  spokeAt: () => number,
  longestMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const left = spokeAt() + longestMs - clock.elapsed();
    if (left <= 0) return true;
    try {
      await clock.sleep(left, signal);
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }
}
