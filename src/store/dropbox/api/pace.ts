import { lastSecond } from './last-second.ts';

/**
 * How many calls a second go out once Dropbox has refused some. No limit is published, so the rate is found by trying: it
 * goes back to what held, and higher is tried the more rarely the longer a refusal makes us wait. Before the first refusal
 * there is none. Nothing here knows a clock: whoever uses it brings the time.
 */
export interface Pace {
  /** Calls a second; undefined: as fast as they come. */
  readonly perSecond: number | undefined;
  /** A call goes out; `wasDue`: it had waited for its turn, so it is the rate that held it back. */
  sent(now: number, wasDue: boolean): void;
  /** A call that went out at `sentAt` was answered with anything but a refusal. */
  passed(sentAt: number): void;
  /** A call that went out at `sentAt` was refused, and nothing is to be asked for so long. */
  refused(sentAt: number, now: number, retryAfterMs: number): void;
}

/** How long a rate must hold before a higher one is tried: at least, and as many times as a refusal would cost. */
interface Patience {
  readonly leastMs: number;
  readonly times: number;
}
const TRIAL: Patience = { leastMs: 10_000, times: 2 };
/** To be divided by how far off a refused rate is: the coarser the search, the sooner a rate that is too high is refused. */
const ROUGH_TRIAL_MS = 3_000;
/** Close to a rate that was refused: at most one part in 31 of the time is lost. */
const REST: Patience = { leastMs: 60_000, times: 30 };
/** The first step above a rate that held, towards one that was refused; each further one is twice as large. */
const FIRST_STEP = 0.03;
const LARGEST_STEP = 1;
/** So close to a refused rate, as a part of one's own, nothing is looked for in between. */
const CLOSE = 0.1;
const LARGE_CUT = 0.5;
/** A rate that had held is left by little at first: another client of the account may have been in the way. */
const SMALL_CUT = 0.9;
/** Who limited us has stopped when so many times what was refused passes. */
const GONE = 4;
/** Of a quiet time, a refusal does not say at which rate it would not have come. */
const QUIET_PER_SECOND = 20;
const LEAST_PER_SECOND = 0.5;

export function createPace(): Pace {
  const calls = lastSecond();
  let rate: number | undefined;
  /** What held for its time. */
  let proven: number | undefined;
  /** The lowest that was refused and has not passed since. */
  let tooMany: number | undefined;
  /** A single refusal may be chance, so what it came at is tried again before anything below. */
  let isSingle = false;
  let lastRefused = 0;
  let step = FIRST_STEP;
  let heldMs = 0;
  /** Where nothing passes, the pause was too short, which says nothing about the rate. */
  let hasPassed = false;
  let costMs = 0;
  let cutAt = Number.NEGATIVE_INFINITY;

  const go = (next: number): void => {
    rate = Math.max(LEAST_PER_SECOND, next);
    heldMs = 0;
  };

  const climb = (from: number): void => {
    if (from >= GONE * lastRefused) {
      rate = undefined;
      proven = undefined;
      return;
    }
    if (tooMany !== undefined && from >= tooMany) tooMany = undefined;
    // Past what was refused the steps are quick and prove nothing: a bucket may have been full.
    if (tooMany !== undefined || proven === undefined) proven = from;
    if (tooMany !== undefined && tooMany / from - 1 > CLOSE && !isSingle) {
      go(Math.sqrt(from * tooMany));
    } else {
      go(from * (1 + step));
      step = Math.min(LARGEST_STEP, 2 * step);
    }
  };

  const cut = (from: number): void => {
    isSingle = rate === undefined;
    lastRefused = from;
    step = isSingle ? LARGEST_STEP : FIRST_STEP;
    hasPassed = false;
    tooMany = from;
    if (proven !== undefined && from > proven) go(proven);
    else {
      go(from * (proven === undefined ? LARGE_CUT : SMALL_CUT));
      proven = undefined;
    }
  };

  return {
    get perSecond() {
      return rate;
    },
    sent(now, wasDue) {
      calls.add(now, 1);
      if (rate === undefined || !wasDue) return;
      heldMs += 1000 / rate;
      const above = tooMany === undefined ? 0 : tooMany / rate - 1;
      const isResting = tooMany !== undefined && above <= CLOSE && !isSingle;
      const { leastMs, times } = isResting ? REST : TRIAL;
      const enoughMs = above > CLOSE ? Math.min(leastMs, ROUGH_TRIAL_MS / above) : leastMs;
      if (heldMs >= Math.max(enoughMs, times * costMs)) climb(rate);
    },
    passed(sentAt) {
      if (sentAt >= cutAt) hasPassed = true;
    },
    refused(sentAt, now, retryAfterMs) {
      // All that were under way when the first was refused are the same event.
      if (sentAt < cutAt) return;
      cutAt = now;
      costMs = retryAfterMs;
      if (rate === undefined) cut(Math.max(QUIET_PER_SECOND, calls.sum(now)));
      else if (hasPassed) cut(rate);
    },
  };
}
