import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, Failure, messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import { isProcessGone, processIdentity } from '../host/process-identity.ts';

/**
 * Holds the plan and the spools of one run; nothing in it is worth keeping. The name says whose it is, so that there is
 * no moment in which a killed run leaves a folder that nobody can attribute.
 */
const NAME = /^case-backup-work-[\w-]+\.([\w-]+)$/;

interface WorkPlace {
  readonly workParent: string;
  readonly log: Pick<Log, 'warn'>;
}

/** Removes the folders of runs that were killed. What another user's run has left on this machine may not be ours to remove. */
export async function sweepWorkFolders({ workParent, log }: WorkPlace): Promise<void> {
  try {
    for (const name of await readdir(workParent)) {
      const owner = NAME.exec(name)?.[1];
      if (owner === undefined || !isProcessGone(Buffer.from(owner, 'base64url').toString())) continue;
      await removeFolder(join(workParent, name), log);
    }
  } catch (error) {
    log.warn({}, `the work folder ${workParent} can't be searched for what killed runs have left: ${messageOf(error)}`);
  }
}

/** Runs `work` with a folder of the run's own, which is gone afterwards. A fault of the folder is told as one. */
export async function inWorkFolder<T>(
  { workParent, log, runId }: WorkPlace & { readonly runId: string },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(workParent, `case-backup-work-${runId}.${Buffer.from(processIdentity()).toString('base64url')}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    await chmod(folder, 0o700);
    return await work(folder);
  } catch (error) {
    throw isFaultOf(folder, error) ? workFolderFailed(workParent, error) : error;
  } finally {
    // A backup that stands is not to fail by what is left here; the next run looks again.
    await removeFolder(folder, log);
  }
}

async function removeFolder(folder: string, log: Pick<Log, 'warn'>): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    log.warn({}, `the work folder ${folder} could not be removed: ${messageOf(error)}`);
  }
}

/** node:sqlite, which only the plan uses, or a call of the system with a path in the folder. That it is full has its own code. */
function isFaultOf(folder: string, error: unknown): error is Error {
  const code = errorCode(error);
  if (!(error instanceof Error) || error instanceof Failure || code === 'ENOSPC' || code === 'EDQUOT') return false;
  // 13: SQLITE_FULL
  if (code === 'ERR_SQLITE_ERROR') return !('errcode' in error && error.errcode === 13);
  return 'path' in error && String(error.path).startsWith(folder);
}

const workFolderFailed = (workParent: string, cause: Error): Failure =>
  new Failure('WorkFolderFailed', `the work folder in ${workParent} failed: ${messageOf(cause)}`, {
    hint: 'look at its disk, and whether something tidies up there; CASE_BACKUP_WORK_DIR names another one',
    cause,
  });
