import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { OWN_FOLDERS, RUNS_FOLDER } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { startJob } from '../cli/backup-job.ts';
import { directorySpec, policyFile } from '../cli/policy-file.ts';
import { makeEarlierNights, type Place, RETENTION } from './place.ts';
import { plantInFolder } from './small-tree.ts';

/** The small tree and what the earlier nights left, on disk; places are copies of its destination. */
export interface Mould extends AsyncDisposable {
  readonly source: string;
  readonly destination: string;
}

export async function makeMould(): Promise<Mould> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-mould-'));
  const [source, destination] = [join(folder, 'CASES'), join(folder, 'BACKUPS')];
  plantInFolder(source);
  await mkdir(destination);
  await makeEarlierNights(directorySpec(source, destination), async (clock) => ({
    source: openDirectoryStore(source, { clock }),
    destination: openDirectoryStore(destination, { clock, ownFolders: OWN_FOLDERS }),
  }));
  return { source, destination, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

export interface DirectoryPlace extends Place {
  /**
   * A minute passes. A process that is killed between making a claim and writing into it leaves one that says nobody's
   * name, which only time takes away.
   */
  aMinutePasses(): Promise<void>;
}

export async function openDirectoryPlace(mould: Mould): Promise<DirectoryPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-kill-'));
  const [destination, workFolder] = [join(folder, 'BACKUPS'), join(folder, 'work')];
  await cp(mould.destination, destination, { recursive: true, preserveTimestamps: true });
  await renameInRecords(join(destination, RUNS_FOLDER), mould.destination, destination);
  const policy = policyFile(folder, directorySpec(mould.source, destination, RETENTION));
  const files = async (): Promise<string[]> => {
    const entries = await readdir(destination, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(destination, join(entry.parentPath, entry.name)));
  };
  return {
    workFolder,
    run: (slot, { env, ...rest } = {}) =>
      startJob(['run', '-f', policy], {
        ...rest,
        env: { CASE_BACKUP_WORK_DIR: workFolder, CASE_BACKUP_SLOT: slot, ...env },
      }),
    files,
    async aMinutePasses() {
      const before = Date.now() / 1000 - 60;
      for (const path of await files()) {
        const claim = join(destination, path);
        if (path.endsWith('.claim') && (await stat(claim)).size === 0) await utimes(claim, before, before);
      }
    },
    read: (path) => readFile(join(destination, path)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Records name the folder that their backup was made in. */
async function renameInRecords(folder: string, from: string, to: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(from, to));
  }
}
