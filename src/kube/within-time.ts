import type { Clock } from '../host/clock.ts';

/** Runs `work` with a signal that aborts after `limitMs`; the work decides what that makes of its result. */
export async function withinTime<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const ended = new AbortController();
  const timer = clock.sleep(limitMs, ended.signal).then(
    () => limit.abort(),
    (error: unknown) => {
      if (!ended.signal.aborted) throw error;
    },
  );
  try {
    return await work(limit.signal);
  } finally {
    ended.abort();
    await timer;
  }
}
