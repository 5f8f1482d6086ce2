import { setTimeout as delay } from 'node:timers/promises';

/** How long a source that ignores its abort signal is waited for before it is left behind. */
const GRACE_MS = 1_000;

/** Waits for what has been told to stop, whatever it ends with; its own error is not the reason why we stop. */
export async function stopped(work: readonly Promise<unknown>[]): Promise<void> {
  const timer = new AbortController();
  const grace = delay(GRACE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(work), grace]);
  timer.abort();
}
