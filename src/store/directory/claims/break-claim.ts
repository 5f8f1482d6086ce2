import { readFile, rename } from 'node:fs/promises';
import { errorCode } from '../../../host/errors.ts';
import { isProcessGone } from '../../../host/process-identity.ts';
import { Conflict } from '../../store.ts';
import { discard, renameToFree } from '../durable.ts';
import { statOf } from '../entry.ts';
import { writeFault, writing } from '../faults.ts';
import { temporaryPathFor } from './leftovers.ts';
import type { VolumeTime } from './volume-clock.ts';

/** A claim is held for a stat, a rename and a sync: milliseconds. Whoever holds it for longer is dead or frozen. */
const STALE_MS = 30_000;

/**
 * Removes the claim of a dead process; true when the caller may try again. Not by a plain unlink: between the look and
 * the unlink another one may have broken it and made its own. What was taken away is looked at again, and put back.
 */
export async function breakIfStale(path: string, volumeTime: VolumeTime): Promise<boolean> {
  const token = await readToken(path);
  const stats = await writing(path, statOf(path));
  if (token === undefined || stats === undefined) return true;
  const isStale =
    isProcessGone(token.split(' ')[0] ?? '') || (await writing(path, volumeTime())) - Number(stats.mtimeMs) > STALE_MS;
  if (!isStale) return false;
  const aside = temporaryPathFor(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw writeFault(path, error);
  }
  if ((await readToken(aside)) !== token) await putBack(aside, path);
  await discard(aside);
  return true;
}

/** What a claim says: the identity of its process and a nonce. Empty while its maker has not written it yet. */
export async function readToken(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw writeFault(path, error);
  }
}

/** When yet another claim stands there by now, the owner of this one finds out when it confirms. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await renameToFree(aside, path);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}
