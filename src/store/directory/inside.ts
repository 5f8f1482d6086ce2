import { readlinkSync } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unavailable } from '../store.ts';
import { absolutePath } from './entry.ts';
import type { Volume } from './volume.ts';

/**
 * Opens what stands at a path below the root. A folder on the way that was swapped for a link leads elsewhere, and
 * O_NOFOLLOW looks at the last component alone; so it is asked afterwards where that lies which was opened. Throws
 * changed_during_run, or what `open` throws.
 */
export async function openInside(volume: Volume, path: string, flags: number): Promise<FileHandle> {
  const handle = await open(absolutePath(volume.root, path), flags);
  try {
    await assertInside(volume, path, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

export async function assertInside(volume: Volume, path: string, handle: FileHandle): Promise<void> {
  if (path === '' || volume.placeOf(handle) === join(await volume.ground.real(), path)) return;
  await assertNoLinkTo(volume.root, path, handle);
}

/** Linux knows the path of what is open, without asking the volume; macOS does not. */
export function placeOf({ fd }: FileHandle): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** The slower way, folder by folder; on Linux for a volume that spells names otherwise than it lists them (FAT). */
async function assertNoLinkTo(root: string, path: string, handle: FileHandle): Promise<void> {
  await assertRealFolders(root, dirname(path));
  const [there, opened] = await Promise.all([lstat(join(root, path), { bigint: true }), handle.stat({ bigint: true })]);
  if (there.dev !== opened.dev || there.ino !== opened.ino) throw new Unavailable('changed_during_run');
}

/** Throws changed_during_run when one of the folders of a path has become a link, or what `lstat` throws. */
export async function assertRealFolders(root: string, path: string): Promise<void> {
  if (path === '' || path === '.') return;
  await assertRealFolders(root, dirname(path));
  if (!(await lstat(join(root, path))).isDirectory()) throw new Unavailable('changed_during_run');
}
