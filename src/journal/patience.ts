import type { Clock } from '../host/clock.ts';
import { isPassing } from './faults.ts';

/** As long as a failover of a managed Postgres commonly takes; longer would keep a finished backup's report waiting. */
export const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Repeats an attempt that failed for a passing reason, with waits that double, until the clock's elapsed time comes to
 * `end`; then throws the last error. The last attempt's own time (connect and statement timeouts) may come on top. Throws
 * the signal's reason once it aborts.
 */
export async function withPatience<T>(
  clock: Clock,
  end: number,
  attempt: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error) || clock.elapsed() + wait > end) throw error;
    }
    await clock.sleep(wait, signal);
  }
}
