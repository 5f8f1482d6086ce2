import type { Clock } from '../../src/host/clock.ts';
import { tooMany } from './wire.ts';

/** How long a commit keeps its namespace busy where `writeLock` is on and no latency is asked for. */
const LEAST_HOLD_MS = 20;

export interface WriteLocks {
  /** Runs a commit under the namespaces' locks; a busy one is answered with 429 at once. */
  hold<T>(namespaces: readonly string[], commit: () => Promise<T>): Promise<T>;
  readonly rejected: number;
}

export function writeLocks(clock: Clock, enabled: boolean, latencyMs: number): WriteLocks {
  const busy = new Set<string>();
  let rejected = 0;
  return {
    get rejected() {
      return rejected;
    },
    async hold(namespaces, commit) {
      if (!enabled) return await commit();
      const wanted = [...new Set(namespaces)];
      if (wanted.some((namespace) => busy.has(namespace))) {
        rejected++;
        throw tooMany('too_many_write_operations', 1);
      }
      for (const namespace of wanted) busy.add(namespace);
      try {
        const result = await commit();
        await clock.sleep(Math.max(LEAST_HOLD_MS, latencyMs));
        return result;
      } finally {
        for (const namespace of wanted) busy.delete(namespace);
      }
    },
  };
}

export interface RateLimit {
  readonly requests: number;
  readonly perMs: number;
  readonly retryAfterSeconds: number;
}

/** A sliding window in which refused calls count too, so that hammering keeps a client shut out. */
export function rateLimiter(clock: Clock, limit: RateLimit | undefined): { admit(): boolean } {
  const calls: number[] = [];
  return {
    admit() {
      if (limit === undefined) return true;
      const now = clock.elapsed();
      calls.push(now);
      while ((calls[0] ?? now) <= now - limit.perMs) calls.shift();
      return calls.length <= limit.requests;
    },
  };
}
