import type { Clock } from '../host/clock.ts';
import { Failure, isAbort, messageOf } from '../host/errors.ts';

/**
 * What an error means for the attempt that met it. `fault`: the network or the remote broke, and a later attempt may
 * pass. `busy`: this operation is refused for a moment. `rateLimited`: everything we send is refused for a while.
 */
export type Judgement =
  | { readonly kind: 'final' }
  | { readonly kind: 'fault'; readonly bound?: Bound | undefined }
  | { readonly kind: 'busy' }
  | { readonly kind: 'rateLimited'; readonly afterMs: number | undefined };

/** A fault that need not be waited out for as long as others: what it is when it lasts. */
export interface Bound {
  readonly patienceMs: number;
  readonly failure: Failure;
}

export interface RetryingOptions {
  readonly clock: Clock;
  judge(error: unknown): Judgement;
  /** In `clock.elapsed()` milliseconds: no wait may end after it. */
  readonly deadline?: number | undefined;
  /** How long one operation may fail without any progress. */
  readonly patienceMs?: number | undefined;
  onWait?(kind: WaitKind, ms: number, wait: WaitUnderWay): void;
  /** An operation that may have waited has got further, or has come to its end. */
  onGoOn?(): void;
}

export type WaitKind = Exclude<Judgement['kind'], 'final'>;

export interface WaitUnderWay {
  readonly cause: unknown;
  readonly since: Date;
  /** When it will be given up. */
  readonly until: Date;
}

/** One operation's attempts. */
export interface Attempts {
  /** Waits until the next attempt may start. Throws the error itself if it is final, Failure `outOfTime` if time is up. */
  failed(error: unknown): Promise<void>;
  /** Something new was achieved: the outage, if there was one, is over. */
  progressed(): void;
}

/** Shared by everybody who works with one account, because a rate limit stops all of them. */
export interface Retrying {
  start(signal: AbortSignal): Attempts;
  run<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Whether a rate limit holds, so that nothing may be asked. */
  readonly isPaused: boolean;
  /** Resolves when none does: to be awaited before every request. */
  ready(signal: AbortSignal): Promise<void>;
}

/** Far longer than any Retry-After reported from Dropbox (300 s): the night has hours, and a run that gives up loses it. */
const PATIENCE_MS = 60 * 60_000;
/** Used when a rate limit does not say how long it lasts. */
export const DEFAULT_PAUSE_MS = 15_000;
/** Whoever was refused comes back by up to a tenth of the pause later, and at most by this. */
const LONGEST_SPREAD_MS = 1_000;
const FIRST_BACKOFF_MS = 1_000;
/** Short: the first refusals of many calls at once say nothing of the next one. */
const FIRST_PAUSE_MS = 50;
const LONGEST_BACKOFF_MS = 30_000;

/** p-retry does not fit: waits come from Retry-After and are shared, and time is a passed clock. */
export function createRetrying(options: RetryingOptions): Retrying {
  const { clock, judge, deadline = Number.POSITIVE_INFINITY, patienceMs = PATIENCE_MS } = options;
  let pausedSince = 0;
  let pausedUntil = 0;
  let pauseCause: unknown;

  const dateAt = (elapsed: number): Date => new Date(clock.now().getTime() + elapsed - clock.elapsed());
  const wait = async (
    kind: WaitKind,
    ms: number,
    { cause, since, until }: { readonly cause: unknown; readonly since: number; readonly until: number },
    signal: AbortSignal,
  ): Promise<void> => {
    if (clock.elapsed() + ms > deadline) throw outOfTime(kind, 'its time is up', cause);
    options.onWait?.(kind, ms, { cause, since: dateAt(since), until: dateAt(Math.min(until, deadline)) });
    await clock.sleep(ms, signal);
  };

  const isPaused = (): boolean => pausedUntil > clock.elapsed();
  /** What was under way when a rate limit came is answered all the same; the wait goes on. */
  const goOn = (): void => {
    if (!isPaused()) options.onGoOn?.();
  };

  const ready = async (signal: AbortSignal, latest = Number.POSITIVE_INFINITY): Promise<void> => {
    for (let left = pausedUntil - clock.elapsed(); left > 0; left = pausedUntil - clock.elapsed()) {
      const pause = { cause: pauseCause, since: pausedSince, until: pausedSince + patienceMs };
      // Not all at once, so that they are not refused again; but nobody later than it would be given up.
      const toSpare = Math.max(0, Math.min(latest, pause.until, deadline) - pausedUntil);
      const spread = Math.min(left / 10, LONGEST_SPREAD_MS, toSpare) * Math.random();
      await wait('rateLimited', left + spread, pause, signal);
    }
  };

  const start = (signal: AbortSignal): Attempts => {
    let failingSince: number | undefined;
    let failures = 0;
    let refusals = 0;
    return {
      progressed() {
        failingSince = undefined;
        failures = 0;
        refusals = 0;
        goOn();
      },
      async failed(error) {
        signal.throwIfAborted();
        const judgement = isAbort(error) ? ({ kind: 'final' } as const) : judge(error);
        if (judgement.kind === 'final') {
          if (failingSince !== undefined) goOn();
          throw error;
        }
        failingSince ??= clock.elapsed();
        const bound = judgement.kind === 'fault' ? judgement.bound : undefined;
        const until = failingSince + Math.min(patienceMs, bound?.patienceMs ?? patienceMs);
        const ms =
          judgement.kind === 'rateLimited'
            ? pauseOf(judgement.afterMs ?? DEFAULT_PAUSE_MS, refusals++, until - clock.elapsed())
            : backoff(failures++);
        if (clock.elapsed() + ms > until) {
          if (bound) throw bound.failure;
          throw outOfTime(judgement.kind, `it lasts longer than ${Math.round(patienceMs / 60_000)} minutes`, error);
        }
        if (judgement.kind === 'rateLimited') {
          if (pausedUntil <= clock.elapsed()) pausedSince = failingSince;
          pausedUntil = Math.max(pausedUntil, clock.elapsed() + ms);
          pauseCause = error;
          await ready(signal, until);
        } else await wait(judgement.kind, ms, { cause: error, since: failingSince, until }, signal);
      },
    };
  };

  return {
    start,
    get isPaused() {
      return isPaused();
    },
    ready: (signal) => ready(signal),
    async run(attempt, signal) {
      const attempts = start(signal);
      for (;;) {
        try {
          const result = await attempt();
          goOn();
          return result;
        } catch (error) {
          await attempts.failed(error);
        }
      }
    },
  };
}

/**
 * As asked for, with two exceptions. Who is refused again and again although he waits as asked (a Retry-After of 0) waits
 * longer each time. And what a wrong clock or unit may say, longer than we would wait in all, is tried once at the end.
 */
function pauseOf(askedMs: number, refusals: number, leftMs: number): number {
  const leastMs = Math.min(LONGEST_BACKOFF_MS, FIRST_PAUSE_MS * 2 ** refusals);
  return leftMs > FIRST_BACKOFF_MS ? Math.min(Math.max(askedMs, leastMs), leftMs) : Math.max(askedMs, leastMs);
}

/** Doubles from 1 s to 30 s, half of it random: equal waits would bring all workers back at once. */
export function backoff(failures: number, random: number = Math.random()): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures) * (0.5 + random / 2);
}

function outOfTime(kind: WaitKind, why: string, cause: unknown): Failure {
  return kind === 'fault'
    ? new Failure('RemoteUnavailable', `the remote can't be reached or fails, and ${why}: ${messageOf(cause)}`, {
        hint: 'check the network, the proxy and the status page of the service; the next run starts afresh',
        cause,
      })
    : new Failure('RateLimited', `the remote refuses requests for now, and ${why}: ${messageOf(cause)}`, {
        hint: 'see what else uses the same app and account, and move the schedule away from it',
        cause,
      });
}
