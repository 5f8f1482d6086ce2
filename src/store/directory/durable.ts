import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, Failure, messageOf } from '../../host/errors.ts';
import { Conflict } from '../store.ts';
import { statOf } from './entry.ts';
import { writeFault, writing } from './faults.ts';
import { holdTo, type Modes, openNew } from './modes.ts';

/** What `fsync` of a folder says where it does not exist as an operation (SMB, FUSE); then there is nothing to do. */
const NO_FOLDER_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EBADF']);

/**
 * Makes a folder with its parents, so that they survive a power cut. One after the other, since a umask can make one in
 * which nothing can be made. What is there already stays as it is.
 */
export async function makeFolder(absolute: string, modes: Modes): Promise<void> {
  const above = dirname(absolute);
  try {
    await mkdir(absolute, modes.folder);
  } catch (error) {
    if (await isFolder(absolute)) return;
    if (errorCode(error) !== 'ENOENT' || absolute === above) throw writeFault(absolute, error);
    await makeFolder(above, modes);
    if (!(await makeBelow(above, absolute, modes))) return;
  }
  await writing(
    absolute,
    holdTo(modes.folder, { mode: async () => (await lstat(absolute)).mode, set: (mode) => chmod(absolute, mode) }),
  );
  await syncFolder(above);
}

/** Once more, since the folder above stands by now: false when somebody else has made it. /proc says ENOENT for ever. */
async function makeBelow(above: string, absolute: string, modes: Modes): Promise<boolean> {
  try {
    await mkdir(absolute, modes.folder);
    return true;
  } catch (error) {
    if (await isFolder(absolute)) return false;
    if (errorCode(error) !== 'ENOENT') throw writeFault(absolute, error);
    throw new Failure('DirectoryFailed', `no folder can be made in ${above}: ${messageOf(error)}`, {
      hint: 'give a folder on a disk or a volume; if it is one, check that nobody removes folders there meanwhile',
      cause: error,
    });
  }
}

/** A link to one is as good. */
async function isFolder(absolute: string): Promise<boolean> {
  return await stat(absolute).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

/** A new file with these bytes, on the disk when it resolves. The caller removes it when this throws. */
export async function writeDurably(absolute: string, bytes: Buffer, modes: Modes): Promise<void> {
  await using handle = await writing(absolute, openNew(absolute, modes));
  await writing(absolute, handle.writeFile(bytes));
  await writing(absolute, handle.sync());
}

/** A name is on the disk only after its folder was synced (fsync(2)). A pipe in its place must not block the open for ever. */
export async function syncFolder(absolute: string): Promise<void> {
  await using handle = await writing(absolute, open(absolute, constants.O_RDONLY | constants.O_DIRECTORY));
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(errorCode(error) ?? '')) throw writeFault(absolute, error);
  }
}

/**
 * Renames to a name that must be free. `rename` replaces what is there, and Node has no RENAME_NOREPLACE, so this makes
 * a second name and then drops the first. A call that died in between left both; the same call again finishes it.
 * A file system without hard links says so in any words (EPERM, ENOTSUP, EMLINK; through FUSE and SMB also EIO, EINVAL,
 * EXDEV, EACCES): then it looks before it renames, which holds only against those who respect the claim.
 */
export async function renameToFree(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Whatever `link` said: a fault of the volume itself is what the rename meets too, and its error is told.
    if ((await writing(to, statOf(to))) === undefined) return await writing(to, rename(from, to));
    await assertSameFile(from, to, error);
  }
  await writing(from, unlink(from));
}

/** Also so when an NFS server had done the link and the answer was lost: the repeated request finds the name taken. */
async function assertSameFile(from: string, to: string, cause: unknown): Promise<void> {
  const [source, target] = [await writing(from, statOf(from)), await writing(to, statOf(to))];
  const isSecondName = source !== undefined && source.nlink > 1n && source.ino === target?.ino;
  if (!isSecondName || source.dev !== target.dev) {
    throw new Conflict(`${to} exists`, { cause });
  }
}

/** Removes a file of ours that nobody needs. What can't be removed now is swept by a later call or run. */
export async function discard(absolute: string): Promise<void> {
  await rm(absolute, { force: true }).catch(() => undefined);
}
