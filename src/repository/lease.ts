import { z } from 'zod';
import type { Clock } from '../host/clock.ts';
import { asFailure, Failure } from '../host/errors.ts';
import { isProcessAlive, isProcessGone, processIdentity } from '../host/process-identity.ts';
import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { readJson, toJson } from './json-file.ts';
import { LEASE_FILE } from './names.ts';
import { type Attempt, isRetry } from './retry.ts';

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
  release(signal: AbortSignal): Promise<void>;
}

const TTL_SECONDS = 180;
const RENEW_SECONDS = 45;

const leaseSchema = z.object({
  runId: z.string(),
  slot: z.string(),
  policy: z.string().default(''),
  source: z.string().default(''),
  /** Names the process, so that a successor on the same host need not wait for one that was killed. */
  process: z.string(),
  fence: z.int().min(0),
  ttlSeconds: z.int().min(0),
  renewals: z.int().min(0),
});
type LeaseRecord = z.infer<typeof leaseSchema>;

export interface LeaseOptions {
  readonly runId: string;
  /** Who takes it: a retry of a Job need not wait for the try before, which is gone when it begins. */
  readonly attempt: Attempt;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once when the lease was lost in the background. */
  onLost(failure: Failure): void;
}

export async function acquireLease(store: Store, options: LeaseOptions): Promise<Lease> {
  const { runId, attempt, clock, signal } = options;
  const current = await store.stat(LEASE_FILE, signal);
  if (current?.kind === 'folder')
    throw new Failure('LeaseUnreadable', `${store.locate(LEASE_FILE)} is a folder`, {
      hint: 'look at who made it, and remove it',
    });
  const found = current && (await readLease(store, current, signal));
  const held = found?.held;
  if (found && held) await assertFree(store, { file: found.file, held }, options);

  const record: LeaseRecord = {
    runId,
    ...attempt,
    process: processIdentity(),
    fence: (held?.fence ?? 0) + 1,
    ttlSeconds: TTL_SECONDS,
    renewals: 0,
  };
  let file = await swap(store, record, found?.file, signal);
  let renewals: Promise<unknown> = Promise.resolve();

  const renew = (renewSignal: AbortSignal, change: Partial<LeaseRecord> = {}): Promise<void> => {
    const next = renewals.then(async () => {
      record.renewals += 1;
      file = await swap(store, { ...record, ...change }, file, renewSignal);
    });
    renewals = next.catch(() => undefined);
    return next;
  };

  const background = new AbortController();
  const lapsed = renewInBackground(renew, clock, AbortSignal.any([signal, background.signal])).then((failure) => {
    if (failure) options.onLost(failure);
  });

  return {
    fence: record.fence,
    confirm: renew,
    async release(releaseSignal) {
      background.abort();
      await lapsed;
      await renew(releaseSignal, { ttlSeconds: 0 });
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

async function assertFree(
  store: Store,
  { file, held }: { readonly file: FileEntry; readonly held: LeaseRecord },
  { attempt, signal }: LeaseOptions,
): Promise<void> {
  if (held.ttlSeconds === 0 || isProcessGone(held.process)) return;
  if (isRetry(attempt, held) && !isProcessAlive(held.process)) return;
  const expires = new Date(file.stored.getTime() + held.ttlSeconds * 1000);
  if (expires <= (await store.now(signal))) return;
  throw new Failure(
    'LeaseHeld',
    `run ${held.runId} holds the lease of ${store.locate('')} until ${expires.toISOString()}`,
    {
      hint: 'wait for it to end; if it is known to be dead, run again after that time',
    },
  );
}

async function swap(
  store: Store,
  record: LeaseRecord,
  current: FileEntry | undefined,
  signal: AbortSignal,
): Promise<FileEntry> {
  try {
    return await store.put(LEASE_FILE, toJson(record), current ?? 'absent', signal);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw new Failure('LeaseLost', `another run has taken the lease of ${store.locate('')}`, {
      hint: 'nothing was overwritten or deleted; look at that run',
      cause: error,
    });
  }
}

/** An unreadable lease file (an older disk fault, an edit by hand) is taken over; its fence starts anew. */
async function readLease(
  store: Store,
  listed: FileEntry,
  signal: AbortSignal,
): Promise<{ readonly file: FileEntry; readonly held: LeaseRecord | undefined }> {
  const { file, value } = await readJson(store, listed, signal);
  return { file, held: leaseSchema.safeParse(value).data };
}
