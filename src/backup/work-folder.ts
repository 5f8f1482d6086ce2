import { mkdir, readdir, rm } from 'node:fs/promises';
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
      await removeWorkFolder(join(parent, name));
    }
  }
}

export async function makeWorkFolder(parent: string, runId: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = join(parent, `case-backup-work-${runId}.${Buffer.from(processIdentity()).toString('base64url')}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

export async function removeWorkFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
