import type { Clock } from '../host/clock.ts';
import type { TellWaits } from '../host/waits.ts';
import { isPassing } from './faults.ts';

/** As long as a failover of a managed Postgres commonly takes; longer would keep a finished backup's report waiting. */
export const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export interface Patience {
  readonly clock: Clock;
  /** The clock's elapsed time after which nothing is tried again. */
  readonly end: number;
  readonly signal: AbortSignal | undefined;
  /** Told of each wait, and when an attempt has succeeded. */
  readonly waits: TellWaits | undefined;
  /** A fault as a sentence for who asks what is waited for. */
  says(error: unknown): string;
}

/**
 * Repeats an attempt that failed for a passing reason, with waits that double, until the end; then throws the last error.
 * The last attempt's own time (connect and statement timeouts) may come on top. Throws the signal's reason once it aborts.
 */
export async function withPatience<T>(
  { clock, end, signal, waits, says }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  const since = clock.now();
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal?.throwIfAborted();
    try {
      const value = await attempt();
      waits?.goesOn();
      return value;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error) || clock.elapsed() + wait > end) throw error;
      waits?.begin({ for: says(error), since, until: new Date(clock.now().getTime() + end - clock.elapsed()) });
    }
    await clock.sleep(wait, signal);
  }
}
