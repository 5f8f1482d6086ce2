import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../host/clock.ts';
import { discard } from '../durable.ts';
import { temporaryPathFor } from './leftovers.ts';

/** Milliseconds since the epoch by the clock that stamps files in this folder, which may be a file server's. */
export type VolumeTime = () => Promise<number>;

/** Asks the volume once, when it is first needed, and counts on from there. */
export function volumeClock(folder: string, clock: Clock): VolumeTime {
  let first: { readonly time: number; readonly elapsed: number } | undefined;
  return async () => {
    first ??= { time: (await timeIn(folder)).getTime(), elapsed: clock.elapsed() };
    return first.time + clock.elapsed() - first.elapsed;
  };
}

/** The time that the volume gives to a new file; throws what `open` throws where none can be made. */
export async function timeIn(folder: string): Promise<Date> {
  const probe = temporaryPathFor(join(folder, 'clock'));
  await using handle = await open(probe, 'wx', 0o600);
  try {
    return (await handle.stat()).mtime;
  } finally {
    await discard(probe);
  }
}
