import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../src/host/clock.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import type { ConformanceFixture } from './conformance/fixture.ts';

export interface DirectoryFixture extends ConformanceFixture, AsyncDisposable {
  readonly root: string;
}

export async function directoryFixture(): Promise<DirectoryFixture> {
  const parent = await mkdtemp(join(tmpdir(), 'case-backup-directory-'));
  const root = join(parent, 'root');
  await mkdir(root);
  const dispose = (): Promise<void> => rm(parent, { recursive: true });
  return {
    root,
    store: openDirectoryStore(root, { clock: systemClock }),
    rootless: openDirectoryStore(join(parent, 'missing', 'root'), { clock: systemClock }),
    clock: systemClock,
    async seed(path, bytes) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), bytes);
    },
    async seedFolder(path) {
      await mkdir(join(root, path), { recursive: true });
    },
    unseed: (path) => rm(join(root, path), { recursive: true }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
