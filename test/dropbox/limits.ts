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

/** Not more than `requests` in `perMs`. */
export interface RateLimit {
  readonly requests: number;
  readonly perMs: number;
  readonly retryAfterSeconds: number;
  /**
   * `window`, the default: in any such time, and refused calls count too, so that hammering keeps a client shut out. That is
   * what Dropbox says of its own. `bucket`: it holds so many, is filled in such a time, and refused calls cost nothing.
   */
  readonly shape?: 'window' | 'bucket';
}

export interface LimitedCalls {
  readonly passed: number;
  readonly refused: number;
  /** What the limit would have let pass in the time that was counted, had it been used all along; Infinity without one. */
  readonly allowed: number;
}

export interface RateLimiter {
  /** From now on, and counted anew; undefined: everything passes. */
  set(limit: RateLimit | undefined): void;
  /** Throws the answer to a call that is too many. */
  admit(): void;
  /** Since the limit was set, or since `recount`. */
  readonly calls: LimitedCalls;
  recount(): void;
}

export function rateLimiter(clock: Clock, first: RateLimit | undefined): RateLimiter {
  let limit = first;
  let isFree = gate(first);
  let passed = 0;
  let refused = 0;
  let since = clock.elapsed();
  const recount = (): void => {
    passed = 0;
    refused = 0;
    since = clock.elapsed();
  };
  return {
    set(next) {
      limit = next;
      isFree = gate(next);
      recount();
    },
    admit() {
      if (limit === undefined || isFree(clock.elapsed())) {
        passed++;
        return;
      }
      refused++;
      throw tooMany('too_many_requests', limit.retryAfterSeconds);
    },
    get calls() {
      const ms = clock.elapsed() - since;
      return { passed, refused, allowed: limit ? (limit.requests * ms) / limit.perMs : Number.POSITIVE_INFINITY };
    },
    recount,
  };
}

type Gate = (now: number) => boolean;

function gate(limit: RateLimit | undefined): Gate {
  if (limit === undefined) return () => true;
  return limit.shape === 'bucket' ? bucket(limit) : slidingWindow(limit);
}

function slidingWindow({ requests, perMs }: RateLimit): Gate {
  const calls: number[] = [];
  return (now) => {
    calls.push(now);
    while ((calls[0] ?? now) <= now - perMs) calls.shift();
    return calls.length <= requests;
  };
}

function bucket({ requests, perMs }: RateLimit): Gate {
  let tokens = requests;
  let at: number | undefined;
  return (now) => {
    tokens = Math.min(requests, tokens + ((now - (at ?? now)) * requests) / perMs);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
