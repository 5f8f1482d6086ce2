import type { Look } from '../../look.ts';
import { absolutePath } from '../entry.ts';
import { skipReasonFor } from '../read-faults.ts';
import type { Volume } from '../volume.ts';
import { openFolder } from './open-folder.ts';
import { seenNames } from './seen-names.ts';

const BATCH = 500;

/**
 * By its names and not by its times alone: FAT counts in two seconds, ext4 in four milliseconds, and some FUSE file
 * systems keep no times of folders, or another one each time they are asked. To open it makes NFS ask its server.
 */
export async function lookAtFolder(volume: Volume, path: string): Promise<Look | undefined> {
  try {
    await using folder = await openFolder(volume, path, BATCH);
    const seen = seenNames();
    for (;;) {
      const { names, isEnd, fault } = await folder.read(BATCH);
      for (const name of names) seen.toggle(name);
      if (fault !== undefined) throw fault;
      if (isEnd) return { folder: path, names: seen.sum(), identity: folder.identity, version: folder.version };
    }
  } catch (error) {
    await skipReasonFor(volume, absolutePath(volume.root, path), error);
    return undefined;
  }
}
