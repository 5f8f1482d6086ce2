import type { Clock } from '../../host/clock.ts';
import { Failure } from '../../host/errors.ts';
import { isProcessAlive, isProcessGone } from '../../host/process-identity.ts';
import type { TellWaits } from '../../host/waits.ts';
import type { FileEntry, Store } from '../../store/store.ts';
import { LEASE_FILE } from '../names.ts';
import type { LeaseRecord } from './lease-file.ts';
import { type Attempt, isRetry } from './retry.ts';

/** How long a lease holds after each renewal. */
export const TTL_SECONDS = 180;
/** A store's clock and the time of a file in it can differ by some seconds. */
const AHEAD_SECONDS = 60;
const WATCH_SECONDS = 15;

export interface Applicant {
  readonly runId: string;
  /** A retry of a Job need not wait for the try before, which is gone when it begins. */
  readonly attempt: Attempt;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of the minutes in which a holder is watched; absent where nobody shows a run. */
  readonly waits?: TellWaits | undefined;
}

/** Returns when the lease may be taken, throws LeaseHeld when it may not. */
export async function assertFree(
  store: Store,
  { file, held }: { readonly file: FileEntry; readonly held: LeaseRecord },
  applicant: Applicant,
): Promise<void> {
  const { runId, attempt, signal } = applicant;
  if (held.runId === runId || held.ttlSeconds === 0 || isProcessGone(held.process)) return;
  if (isRetry(attempt, held) && !isProcessAlive(held.process)) return;
  const ageMs = (await store.now(signal)).getTime() - file.stored.getTime();
  if (held.ttlSeconds > TTL_SECONDS || ageMs < -AHEAD_SECONDS * 1000) {
    if (await isRenewed(store, { file, held }, applicant)) throw leaseHeld(store, held, 'and renews it');
    return;
  }
  if (ageMs >= held.ttlSeconds * 1000) return;
  const until = new Date(file.stored.getTime() + held.ttlSeconds * 1000);
  throw leaseHeld(store, held, `until ${until.toISOString()}`);
}

/**
 * A time in the future, or a duration that is none of ours, tells nothing of when the lease ends: a machine with a wrong
 * clock would lock every night. A holder that lives renews it within our own TTL, by our own clock.
 */
async function isRenewed(
  store: Store,
  { file: { rev }, held: { runId } }: { readonly file: FileEntry; readonly held: LeaseRecord },
  { clock, signal, waits }: Applicant,
): Promise<boolean> {
  const end = clock.elapsed() + TTL_SECONDS * 1000;
  const since = clock.now();
  const wait = {
    for: `whether run ${runId} still renews the lease of ${store.locate('')}`,
    since,
    until: new Date(since.getTime() + TTL_SECONDS * 1000),
  };
  try {
    while (clock.elapsed() < end) {
      // Again each time: to a store that tells its own waits, each answer is the end of one.
      waits?.begin(wait);
      await clock.sleep(WATCH_SECONDS * 1000, signal);
      const now = await store.stat(LEASE_FILE, signal);
      if (now?.kind !== 'file') return false;
      if (now.rev !== rev) return true;
    }
    return false;
  } finally {
    waits?.goesOn();
  }
}

export function leaseHeld(store: Store, { runId }: Pick<LeaseRecord, 'runId'>, how: string): Failure {
  return new Failure('LeaseHeld', `run ${runId} holds the lease of ${store.locate('')} ${how}`, {
    hint: 'wait for it to end; a run that died lets go three minutes after its last sign of life',
  });
}
