import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from './client.ts';
import { type CandidateOptions, createCandidate, type LeaseCandidate } from './lease-candidate.ts';

/**
 * Of several processes one leads: the one that keeps a Lease renewed.
 * - The others wait until they have seen its record unchanged for leaseDuration (15 s). The leader gives up when it
 *   could not renew for renewDeadline (10 s, counted from before the last renewal that worked); the 5 s between are
 *   for its work to end.
 * - After a stop it renews until its work has ended, and only then releases: the next one may begin at once.
 * - It is no fence: a process that was frozen in between may write once more. What it writes must bear that.
 */
export interface ElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly leaseName: string;
  /** Unique per process: the pod's name and something random. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  /**
   * A leader renews after this, and tries again after a quarter of it when that failed: short outages that come one
   * after another could fall on each of a few tries. Another's try comes after 1/2 to 3/4 of it, at random, or when the
   * Lease runs out.
   */
  readonly retryPeriodMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly metrics?: ElectorMetrics | undefined;
  /** Hears of the Lease's metadata every few seconds, whoever holds it; `isOlder` as in CandidateOptions. */
  readonly onLease?: CandidateOptions['onLease'];
  /** The work. Its signal aborts when leadership is lost or the elector's own signal aborts; then it has to end. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
}

export interface ElectorMetrics {
  leading(isLeader: boolean): void;
}

type Times = { readonly leaseDurationMs: number; readonly renewDeadlineMs: number; readonly retryPeriodMs: number };

/**
 * Resolves with 'released' when `signal` aborted (before or while leading) or the work ended by itself, with 'lost'
 * when leadership was lost: the process must then exit. Rejects with what the work threw.
 */
export async function runElector(options: ElectorOptions): Promise<'released' | 'lost'> {
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  const times = { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
  const candidate = createCandidate({ ...options, leaseDurationMs });
  const heldAt = await acquire(options, times, candidate);
  if (heldAt === undefined) return 'released';
  if (options.signal.aborted) {
    await release(options, times, candidate);
    return 'released';
  }
  options.metrics?.leading(true);
  options.log.info({ lease: options.leaseName, identity: options.identity }, 'leading');
  try {
    return await leadWhileHeld(options, times, candidate, heldAt);
  } finally {
    options.metrics?.leading(false);
  }
}

/** clock.elapsed() of the moment from which the Lease is held; undefined when the signal aborted before. */
async function acquire(
  { signal, clock, log, leaseName }: ElectorOptions,
  times: Times,
  candidate: LeaseCandidate,
): Promise<number | undefined> {
  for (let said = ''; !signal.aborted; ) {
    const before = clock.elapsed();
    const outcome = await attempt(candidate, times.renewDeadlineMs / 2);
    if (outcome === 'held') return before;
    // Every second or so the same; said once.
    if (said !== outcome.why) log.info({ lease: leaseName }, `not leading: ${outcome.why}`);
    said = outcome.why;
    // A leader's last renewal is noticed one such pause late, and its end that much later: 1.5 s at most.
    const retryMs = (times.retryPeriodMs / 2) * (1 + Math.random() * 0.5);
    await pause(clock, Math.min(retryMs, Math.max(1, outcome.runsOutAt - clock.elapsed())), signal);
  }
  return undefined;
}

async function leadWhileHeld(
  options: ElectorOptions,
  times: Times,
  candidate: LeaseCandidate,
  heldFrom: number,
): Promise<'released' | 'lost'> {
  const { clock, log, signal, leaseName } = options;
  const stopWork = new AbortController();
  const onStop = (): void => stopWork.abort(signal.reason);
  signal.addEventListener('abort', onStop, { once: true });
  const ended = new AbortController();
  const work = options.lead(stopWork.signal).finally(() => ended.abort());
  // It is awaited below; until then a rejection is not yet unheard.
  work.catch(() => undefined);

  let heldAt = heldFrom;
  try {
    for (let failed: NotHeld | undefined; ; ) {
      const left = (): number => heldAt + times.renewDeadlineMs - clock.elapsed();
      await pause(clock, Math.min(failed ? times.retryPeriodMs / 4 : times.retryPeriodMs, left()), ended.signal);
      if (ended.signal.aborted) break;
      const before = clock.elapsed();
      const limitMs = Math.min(left(), times.renewDeadlineMs / 2);
      const outcome = limitMs > 0 ? await attempt(candidate, limitMs) : (failed ?? STOOD_STILL);
      if (outcome === 'held') {
        heldAt = before;
        failed = undefined;
        continue;
      }
      if (failed?.why !== outcome.why) log.warn({ lease: leaseName }, `not renewed: ${outcome.why}`);
      failed = outcome;
      if (!outcome.isTaken && left() > 0) continue;
      if (ended.signal.aborted) break;
      stopWork.abort(new Error(`leadership was lost: ${outcome.why}`));
      log.error({ lease: leaseName }, `leadership lost: ${outcome.why}`);
      work.catch((error: unknown) => log.error({ lease: leaseName }, `the work failed: ${messageOf(error)}`));
      // Whoever waits for the Lease may take it then, whether the work has ended or not.
      await pause(clock, heldAt + times.leaseDurationMs - clock.elapsed(), ended.signal);
      return 'lost';
    }
    await release(options, times, candidate);
    await work;
    return 'released';
  } finally {
    signal.removeEventListener('abort', onStop);
  }
}

interface NotHeld {
  readonly why: string;
  readonly isTaken: boolean;
  /** clock.elapsed() of the moment at which another's Lease runs out; infinite where nothing is known of it. */
  readonly runsOutAt: number;
}

/** No try failed, and yet the time is over. */
const STOOD_STILL: NotHeld = {
  why: 'this process stood still',
  isTaken: false,
  runsOutAt: Number.POSITIVE_INFINITY,
};

async function attempt(candidate: LeaseCandidate, limitMs: number): Promise<'held' | NotHeld> {
  try {
    const outcome = await candidate.tryHold(limitMs);
    if (outcome === 'held') return outcome;
    return { why: `${outcome.holder} holds the lease`, isTaken: true, runsOutAt: outcome.runsOutAt };
  } catch (error) {
    return { why: messageOf(error), isTaken: false, runsOutAt: Number.POSITIVE_INFINITY };
  }
}

async function release({ log, leaseName }: ElectorOptions, times: Times, candidate: LeaseCandidate): Promise<void> {
  try {
    await candidate.release(times.renewDeadlineMs / 2);
    log.info({ lease: leaseName }, 'lease released');
  } catch (error) {
    log.warn({ lease: leaseName }, `the lease was not released and runs out by itself: ${messageOf(error)}`);
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
