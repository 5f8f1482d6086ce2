import { createPace } from '../../src/store/dropbox/api/pace.ts';

/** Who refuses calls, by a clock that is passed. */
export interface Limiter {
  admit(now: number): boolean;
}

/** Refused calls count too. */
export function slidingWindow(perSecond: (now: number) => number): Limiter {
  const calls: number[] = [];
  let first = 0;
  return {
    admit(now) {
      calls.push(now);
      while ((calls[first] ?? now) <= now - 1000) first++;
      if (first > 10_000) calls.splice(0, first);
      if (first > 10_000) first = 0;
      return calls.length - first <= perSecond(now);
    },
  };
}

/** Refused calls cost nothing. */
export function tokenBucket(perSecond: (now: number) => number, burstSeconds: number): Limiter {
  let tokens = Number.POSITIVE_INFINITY;
  let at = 0;
  return {
    admit(now) {
      const rate = perSecond(now);
      tokens = Math.min(rate * burstSeconds, tokens + (rate * (now - at)) / 1000);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

export interface Crowd {
  readonly limiter: Limiter;
  readonly retryAfterSeconds: number;
  readonly seconds: number;
  /** Calls at once of each run, each of which takes `ROUND_TRIP_MS`; none of them is ever idle. */
  readonly atOnce: number;
  readonly runs?: number;
}

const ROUND_TRIP_MS = 100;
/** Timers are late and wake in whole milliseconds; so much is made up for. */
const BURST_MS = 20;

export interface Figures {
  /** Calls that passed, a second. */
  readonly perSecond: number;
  /** Part of all calls that was refused. */
  readonly refused: number;
}

/** Plays runs that want to call as fast as they may, in fake time, and counts what passes between two moments. */
export function play(crowd: Crowd): (fromSecond: number, toSecond: number) => Figures {
  const passed = new Float64Array(Math.ceil(crowd.seconds) + 1);
  const refused = new Float64Array(passed.length);
  const runs = Array.from({ length: crowd.runs ?? 1 }, (_, n) => aRun(crowd, n * 17));
  for (;;) {
    const run = runs.reduce((a, b) => (b.next() < a.next() ? b : a));
    const now = run.next();
    if (now >= crowd.seconds * 1000) break;
    run.step(now, (isAdmitted) => {
      const counts = isAdmitted ? passed : refused;
      counts[Math.floor(now / 1000)] = (counts[Math.floor(now / 1000)] ?? 0) + 1;
    });
  }
  const sum = (counts: Float64Array, from: number, to: number): number =>
    counts.subarray(from, to).reduce((total, count) => total + count, 0);
  return (from, to) => {
    const good = sum(passed, from, to);
    const bad = sum(refused, from, to);
    return { perSecond: good / (to - from), refused: bad / (good + bad) };
  };
}

interface Run {
  /** When something happens next. */
  next(): number;
  step(now: number, tell: (isAdmitted: boolean) => void): void;
}

function aRun({ limiter, retryAfterSeconds, atOnce }: Crowd, startMs: number): Run {
  const pace = createPace();
  /** In the order of their going out, which is that of their answers. */
  const underWay: { readonly sentAt: number; readonly isAdmitted: boolean }[] = [];
  let first = 0;
  let pausedUntil = startMs;
  let paidUntil = 0;

  const answerAt = (): number => (underWay[first]?.sentAt ?? Number.POSITIVE_INFINITY) + ROUND_TRIP_MS;
  const sendAt = (): number => {
    if (underWay.length - first >= atOnce) return Number.POSITIVE_INFINITY;
    return Math.max(pausedUntil, pace.perSecond === undefined ? 0 : Math.ceil(paidUntil), last);
  };
  let last = startMs;

  return {
    next: () => Math.min(answerAt(), sendAt()),
    step(now, tell) {
      last = now;
      if (answerAt() <= sendAt()) {
        const { sentAt, isAdmitted } = underWay[first++] as (typeof underWay)[number];
        if (first > 10_000) underWay.splice(0, first);
        if (first > 10_000) first = 0;
        if (isAdmitted) return pace.passed(sentAt);
        pace.refused(sentAt, now, retryAfterSeconds * 1000);
        // Whoever waits comes back a little later.
        pausedUntil = Math.max(pausedUntil, now + retryAfterSeconds * 1000 + 50);
        return;
      }
      const wasDue = paidUntil > now - BURST_MS;
      if (pace.perSecond !== undefined) paidUntil = Math.max(paidUntil, now - BURST_MS) + 1000 / pace.perSecond;
      pace.sent(now, wasDue);
      const isAdmitted = limiter.admit(now);
      underWay.push({ sentAt: now, isAdmitted });
      tell(isAdmitted);
    },
  };
}
