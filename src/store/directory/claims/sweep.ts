import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessGone } from '../../../host/process-identity.ts';
import { discard } from '../durable.ts';
import { statOf } from '../entry.ts';
import { breakIfStale } from './break-claim.ts';
import { isClaim, makerOf } from './leftovers.ts';
import type { VolumeTime } from './volume-clock.ts';

/** A temporary file is written in seconds; of another host's process nobody can say from here that it is gone. */
const ABANDONED_MS = 3_600_000;

/**
 * Removes what killed processes left in this folder. It comes after the work: removing the second name of a file
 * changes its ctime, and so its revision. The work is done by then, so a fault here is none of it; the next call tries
 * again.
 */
export async function sweep(folder: string, volumeTime: VolumeTime): Promise<void> {
  await sweepOrThrow(folder, volumeTime).catch(() => undefined);
}

async function sweepOrThrow(folder: string, volumeTime: VolumeTime): Promise<void> {
  for await (const { name } of await opendir(folder)) {
    // One that can't be removed must not keep all others.
    await sweepOne(join(folder, name), name, volumeTime).catch(() => undefined);
  }
}

async function sweepOne(path: string, name: string, volumeTime: VolumeTime): Promise<void> {
  if (isClaim(name)) await breakIfStale(path, volumeTime);
  else if (await isLeftover(path, makerOf(name), volumeTime)) await discard(path);
}

async function isLeftover(path: string, maker: string | undefined, volumeTime: VolumeTime): Promise<boolean> {
  if (maker === undefined) return false;
  if (isProcessGone(maker)) return true;
  const stats = await statOf(path);
  return stats !== undefined && (await volumeTime()) - Number(stats.mtimeMs) > ABANDONED_MS;
}
