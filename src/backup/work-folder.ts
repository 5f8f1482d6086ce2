import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessGone, processIdentity } from '../host/process-identity.ts';

/**
 * Holds the plan and the spools of one run; nothing in it is worth keeping. The name says whose it is, so that there is
 * no moment in which a killed run leaves a folder that nobody can attribute.
 */
const NAME = /^case-backup-work-[\w-]+\.([\w-]+)$/;

/** Removes the folders of runs that were killed. */
export async function sweepWorkFolders(parent: string): Promise<void> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && isProcessGone(Buffer.from(owner, 'base64url').toString())) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Runs `work` with a folder of the run's own, which is gone afterwards. */
export async function inWorkFolder<T>(
  { workParent, runId }: { readonly workParent: string; readonly runId: string },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(workParent, { recursive: true });
  const folder = join(workParent, `case-backup-work-${runId}.${Buffer.from(processIdentity()).toString('base64url')}`);
  await mkdir(folder, { mode: 0o700 });
  await chmod(folder, 0o700);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
