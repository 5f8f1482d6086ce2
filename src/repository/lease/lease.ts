import type { Clock } from '../../host/clock.ts';
import { asFailure, type Failure } from '../../host/errors.ts';
import { processIdentity } from '../../host/process-identity.ts';
import { untilAborted } from '../../host/until-aborted.ts';
import { Conflict, type FileEntry, type Store } from '../../store/store.ts';
import { LEASE_FILE } from '../names.ts';
import { putJson } from '../put-json.ts';
import { type FoundLease, findLease, type LeaseRecord, swapOwn, whyNotWritable } from './lease-file.ts';
import { type Applicant, assertFree, leaseHeld, TTL_SECONDS } from './lease-free.ts';

/**
 * One writer per destination, decided beside the backups, so that it holds between clusters and between Kubernetes
 * and a laptop. The lease is a file; whoever swaps its revision holds it, until `ttlSeconds` after its last renewal by
 * the store's own clock. A holder that was frozen past that finds out by the next swap, which `confirm` makes right
 * before a commit or a delete; its half-made upload has been removed by the new holder, so it can't commit either.
 */
export interface Lease {
  /** Grows by one with each holder: a label for people and records. What decides is the revision that is swapped. */
  readonly fence: number;
  /** Swaps the lease once more; throws Failure `leaseHeld`/`LeaseLost` when somebody else has it. */
  confirm(signal: AbortSignal): Promise<void>;
  /** Renews it no more from the moment of the call, whatever becomes of the giving back. Again, it does nothing. */
  release(signal: AbortSignal): Promise<void>;
}

const RENEW_SECONDS = 45;

export interface LeaseOptions extends Applicant {
  /** What a look at the lease has just shown. Nothing is decided by it that the swap of its revision does not prove. */
  readonly seen?: SeenLease | undefined;
  /** Called once when the lease was lost in the background. */
  onLost(failure: Failure): void;
}

export async function acquireLease(store: Store, options: LeaseOptions): Promise<Lease> {
  return hold(store, await take(store, options), options);
}

export interface SeenLease {
  readonly found: FoundLease | undefined;
}

/** Undefined where that can't be told: whoever asks for the lease learns why. */
export async function lookAtLease(store: Store, signal: AbortSignal): Promise<SeenLease | undefined> {
  try {
    return { found: await findLease(store, signal) };
  } catch {
    return undefined;
  }
}

interface Taken {
  readonly file: FileEntry;
  readonly record: LeaseRecord;
}

/** Whoever loses the race for a free lease looks again and finds its holder; after so many it is busy enough. */
const MOST_LOOKS = 5;

async function take(store: Store, options: LeaseOptions): Promise<Taken> {
  const { runId, attempt, signal } = options;
  for (let look = 1; ; look++) {
    const { found } = (look === 1 && options.seen) || { found: await findLease(store, signal) };
    const { file, held } = found ?? {};
    if (file && held) await assertFree(store, { file, held }, options);
    const record = {
      runId,
      ...attempt,
      process: processIdentity(),
      fence: (held?.fence ?? 0) + 1,
      ttlSeconds: TTL_SECONDS,
      renewals: 0,
    };
    try {
      return {
        file: await putJson(store, { path: LEASE_FILE, value: record, current: file ?? 'absent' }, signal),
        record,
      };
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (look === MOST_LOOKS)
        throw file ? leaseHeld(store, held ?? { runId: 'of somebody' }, 'by now') : await whyNotWritable(store, signal);
    }
  }
}

function hold(store: Store, taken: Taken, { clock, signal, onLost }: LeaseOptions): Lease {
  let { file, record } = taken;
  let renewals: Promise<unknown> = Promise.resolve();
  let released: Promise<void> | undefined;
  const background = new AbortController();

  /** One after the other, so that none takes the one before for somebody else's. */
  const renew = (renewSignal: AbortSignal, change: Partial<LeaseRecord> = {}): Promise<void> => {
    const next = renewals.then(async () => {
      record = { ...record, renewals: record.renewals + 1 };
      file = await swapOwn(store, { ...record, ...change }, file, renewSignal);
    });
    renewals = next.catch(() => undefined);
    return next;
  };
  const lapsed = renewInBackground(renew, clock, AbortSignal.any([signal, background.signal])).then((failure) => {
    if (failure) onLost(failure);
  });
  const giveBack = async (releaseSignal: AbortSignal): Promise<void> => {
    background.abort();
    // A store that never answers must not keep the process.
    await untilAborted(lapsed, releaseSignal);
    await untilAborted(renew(releaseSignal, { ttlSeconds: 0 }), releaseSignal);
  };

  return {
    fence: record.fence,
    confirm: renew,
    release(releaseSignal) {
      released ??= giveBack(releaseSignal).catch((error: unknown) => {
        released = undefined;
        throw error;
      });
      return released;
    },
  };
}

/** Returns why the lease is lost, or undefined once the signal aborts. A failing store is no loss before the lease would have expired. */
async function renewInBackground(
  renew: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  let renewedAt = clock.elapsed();
  while (!signal.aborted) {
    try {
      await clock.sleep(RENEW_SECONDS * 1000, signal);
      await renew(signal);
      renewedAt = clock.elapsed();
    } catch (error) {
      if (signal.aborted) return undefined;
      const failure = asFailure(error);
      const expiring = clock.elapsed() - renewedAt > (TTL_SECONDS - RENEW_SECONDS) * 1000;
      if (failure.code === 'LeaseLost' || expiring) return failure;
    }
  }
  return undefined;
}
