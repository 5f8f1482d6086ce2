import { realpath, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, Failure } from '../../host/errors.ts';
import type { Identity, Space } from '../store.ts';
import { timeIn } from './claims/volume-clock.ts';
import { identityOf, statOf } from './entry.ts';
import { directoryFailure } from './faults.ts';
import { isMounted, mountedBelow } from './mounted.ts';
import { assertRealStateFolders } from './state-folders.ts';
import type { Volume } from './volume.ts';

/** All folders of this machine, whatever they are mounted from. */
const REALM = 'file system';

/** Real path and inodes, because a bind mount shows one folder under two paths that no comparison of names relates. */
export async function identifyRoot({ root, ownFolders, requireMount }: Volume): Promise<Identity> {
  const { existing, missing } = await nearestExisting(root);
  const stats = await statOf(existing);
  if (!stats?.isDirectory()) {
    throw new Failure('NotAFolder', `${existing} is not a folder`, {
      hint: 'give the path of a folder',
    });
  }
  if (requireMount && !(await isMounted(existing))) {
    throw new Failure('NotMounted', `no volume is mounted at ${root}, nor above it`, {
      hint: 'mount the volume; if the folder is meant to lie on the disk of the system, set requireMount to false',
    });
  }
  if (missing !== '') return { realm: REALM, root: { exists: false, path: join(existing, missing), lineage: [] } };
  await assertRealStateFolders({ root: existing, ownFolders });
  return { realm: REALM, root: { exists: true, path: existing, lineage: await lineageOf(existing) } };
}

export async function volumesWithin({ ground }: Volume): Promise<ReadonlyMap<string, string>> {
  await ground.assertThere();
  return await mountedBelow(await ground.real());
}

/**
 * `bavail` is what a process without privileges may still use; reserved blocks count as used. Some network file systems
 * say 0 blocks, which is no answer, and some more than numbers can count (EFS: 8 EiB), which is no limit.
 */
export async function spaceOf(root: string): Promise<Space | undefined> {
  const { existing } = await nearestExisting(root);
  const { blocks, bavail, bsize } = await statfs(existing).catch((error: unknown) => {
    throw directoryFailure(existing, error);
  });
  const [used, allocated] = [(blocks - bavail) * bsize, blocks * bsize];
  return allocated > 0 && Number.isSafeInteger(allocated) ? { used, allocated } : undefined;
}

/**
 * By the volume where a folder is ours, since that is where a lease can lie; by the local clock elsewhere. A source is
 * never touched for it, nor can a read-only volume be.
 */
export async function timeOf({ root, clock, ownFolders: [folder] }: Volume): Promise<Date> {
  if (folder === undefined) return clock.now();
  try {
    return await timeIn(join(root, folder));
  } catch {
    return clock.now();
  }
}

/** The real path of the root or of its nearest parent that exists, and what is missing below it. */
async function nearestExisting(root: string): Promise<{ readonly existing: string; readonly missing: string }> {
  for (let path = root; ; path = dirname(path)) {
    try {
      return { existing: await realpath(path), missing: root.slice(path.length) };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw directoryFailure(path, error);
    }
  }
}

async function lineageOf(folder: string): Promise<string[]> {
  const lineage: string[] = [];
  for (let path = folder; ; path = dirname(path)) {
    const stats = await statOf(path);
    if (stats) lineage.push(identityOf(stats));
    if (path === dirname(path)) return lineage;
  }
}
