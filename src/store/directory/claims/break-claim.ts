import { rename, rmdir } from 'node:fs/promises';
import { errorCode, Failure } from '../../../host/errors.ts';
import { isProcessGone } from '../../../host/process-identity.ts';
import { Conflict } from '../../store.ts';
import { discard, renameToFree } from '../durable.ts';
import { writeFault, writing } from '../faults.ts';
import { type FoundClaim, findClaim } from './found-claim.ts';
import { temporaryPathFor } from './leftovers.ts';
import type { VolumeTime } from './volume-clock.ts';

/** A claim is held for a stat, a rename and a sync: milliseconds. Whoever holds it for longer is dead or frozen. */
const STALE_MS = 30_000;

/**
 * Removes the claim of a dead process; true when the caller may try again. Not by a plain unlink: between the look and
 * the unlink another one may have broken it and made its own. What was taken away is looked at again, and put back.
 */
export async function breakIfStale(path: string, volumeTime: VolumeTime): Promise<boolean> {
  const found = await findClaim(path);
  if (found === undefined) return true;
  if (!(await isStale(path, found, volumeTime))) return false;
  if (found.isFolder) await removeEmpty(path);
  else await takeAway(path, found);
  return true;
}

/** A link, a pipe or a device is nobody's claim. */
async function isStale(path: string, { token, modifiedMs }: FoundClaim, volumeTime: VolumeTime): Promise<boolean> {
  if (token === undefined || isProcessGone(token.split(' ')[0] ?? '')) return true;
  return (await writing(path, volumeTime())) - modifiedMs > STALE_MS;
}

async function takeAway(path: string, found: FoundClaim): Promise<void> {
  const aside = temporaryPathFor(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw writeFault(path, error);
  }
  if ((await findClaim(aside))?.token !== found.token) await putBack(aside, path);
  await discard(aside);
}

/** When yet another claim stands there by now, the owner of this one finds out when it confirms. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await renameToFree(aside, path);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}

/** What somebody has put into a folder is not ours to remove. */
async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw writeFault(path, error);
    throw new Failure('ClaimHeld', `${path} is a folder, where a file of this program belongs`, {
      hint: 'look at who made it, and move it away',
      cause: error,
    });
  }
}
