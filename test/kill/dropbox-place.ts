import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import { startJob } from '../cli/backup-job.ts';
import { dropboxEnv, dropboxSpec, policyFile } from '../cli/policy-file.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../dropbox/emulator.ts';
import { makeEarlierNights, type Place, RETENTION } from './place.ts';
import { plantInDropbox } from './small-tree.ts';

export interface DropboxPlace extends Place {
  readonly emulator: Emulator;
}

/** What the earlier nights left, to furnish any number of places with. */
export type Earlier = ReadonlyMap<string, Buffer>;

const DESTINATION = '/BACKUPS';

export async function makeEarlier(): Promise<Earlier> {
  const emulator = await startEmulator();
  plantInDropbox(emulator.tree);
  await makeEarlierNights(dropboxSpec(), async (clock) => {
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const account = openDropboxAccount({
      credentials: { kind: 'refresh', appKey, appSecret, refreshToken },
      clock,
      origin: emulator.origin,
      maxConcurrentDownloads: 32,
      deadline: clock.elapsed() + 60_000,
    });
    const open = (root: string) =>
      openDropboxStore(account, { root, namespace: 'Root', upload: { partBytes: 4 * 1024 * 1024, maxConcurrent: 2 } });
    const destination = open(DESTINATION);
    return {
      source: open('/CASES'),
      destination: {
        ...destination,
        close: async () => {
          await destination.close();
          await account.close();
        },
      },
    };
  });
  const left = new Map<string, Buffer>();
  for (const path of emulator.tree.files(DESTINATION)) left.set(path, await emulator.tree.read(path));
  await emulator.close();
  return left;
}

export async function openDropboxPlace(earlier: Earlier, options?: EmulatorOptions): Promise<DropboxPlace> {
  const emulator = await startEmulator(options);
  plantInDropbox(emulator.tree);
  for (const [path, content] of earlier) emulator.tree.put(path, content);
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-kill-'));
  const workFolder = join(folder, 'work');
  const policy = policyFile(folder, dropboxSpec(RETENTION));
  return {
    emulator,
    workFolder,
    run: (slot, { env, ...rest } = {}) =>
      startJob(['run', '-f', policy], {
        ...rest,
        env: { ...dropboxEnv(emulator), CASE_BACKUP_WORK_DIR: workFolder, CASE_BACKUP_SLOT: slot, ...env },
      }),
    files: async () => emulator.tree.files(DESTINATION).map((path) => path.slice(DESTINATION.length + 1)),
    read: (path) => emulator.tree.read(`${DESTINATION}/${path}`),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
