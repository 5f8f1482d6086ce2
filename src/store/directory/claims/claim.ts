import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { errorCode, Failure } from '../../../host/errors.ts';
import { processIdentity } from '../../../host/process-identity.ts';
import { Conflict } from '../../store.ts';
import { discard } from '../durable.ts';
import { writeFault } from '../faults.ts';
import { type Modes, openNew } from '../modes.ts';
import type { Volume } from '../volume.ts';
import { breakIfStale } from './break-claim.ts';
import { findClaim } from './found-claim.ts';
import { claimPathFor } from './leftovers.ts';
import { sweep } from './sweep.ts';
import { volumeClock } from './volume-clock.ts';

const WAIT_MS = 90_000;
const POLL_MS = 20;
/** Runs that write at once wait some milliseconds for each other, which is nothing to tell. */
const TELL_MS = 1_000;

export interface Claim {
  /** Throws Conflict when this process was frozen for so long that somebody broke its claim. To ask right before the change. */
  confirm(): Promise<void>;
}

/**
 * Runs `work` while no other process of ours changes `target`, on this host or another one with the same volume: a
 * claim is a file made with O_EXCL, which NFS decides on the server. It names its process, so that a killed one does
 * not block; of another host's process only time tells, by the volume's clock.
 */
export async function withClaim<T>(
  { root, clock, ownFolders, modes, waits }: Volume,
  target: string,
  signal: AbortSignal,
  work: (claim: Claim) => Promise<T>,
): Promise<T> {
  const path = claimPathFor(target);
  const token = `${processIdentity()} ${randomBytes(8).toString('hex')}`;
  await acquire({ path, token, clock, modes, waits }, signal);
  try {
    return await work({
      async confirm() {
        if ((await findClaim(path))?.token !== token) throw new Conflict(`the claim for ${target} was lost`);
      },
    });
  } finally {
    if ((await findClaim(path))?.token === token) await discard(path);
    // All of ours with every change: a night whose backup stands already changes nothing in most of them.
    for (const folder of new Set([dirname(target), root, ...ownFolders.map((path) => join(root, path))])) {
      await sweep(folder, volumeClock(folder, clock));
    }
  }
}

interface Wanted extends Pick<Volume, 'clock' | 'modes' | 'waits'> {
  readonly path: string;
  readonly token: string;
}

async function acquire({ path, token, clock, modes, waits }: Wanted, signal: AbortSignal): Promise<void> {
  const [start, since] = [clock.elapsed(), clock.now()];
  const wait = {
    for: `another process that holds ${path}`,
    since,
    until: new Date(since.getTime() + WAIT_MS),
  };
  const volumeTime = volumeClock(dirname(path), clock);
  let isTold = false;
  try {
    while (!(await create(path, token, modes))) {
      signal.throwIfAborted();
      if (await breakIfStale(path, volumeTime)) continue;
      const waited = clock.elapsed() - start;
      if (waited > WAIT_MS) {
        throw new Failure('ClaimHeld', `${path} has been held by others for ${WAIT_MS / 1000} s`, {
          hint: 'look for another run that writes to this folder; when there is none, delete that file',
        });
      }
      if (waited >= TELL_MS) {
        isTold = true;
        waits?.begin(wait);
      }
      await clock.sleep(POLL_MS, signal);
    }
  } finally {
    if (isTold) waits?.goesOn();
  }
}

async function create(path: string, token: string, modes: Modes): Promise<boolean> {
  try {
    await using handle = await openNew(path, modes);
    await handle.writeFile(token).catch(async (error: unknown) => {
      await discard(path);
      throw error;
    });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeFault(path, error);
  }
}
