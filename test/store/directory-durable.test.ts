import assert from 'node:assert/strict';
import promises, { type FileHandle, readdir, symlink } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join, relative } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { assertConflict, contentAt, fileAt, inChunks, never, pattern } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** Absolute paths in the order in which they were synced, and what had been done to the file before. */
const synced: string[] = [];

describe('What a directory says it has done', () => {
  before(() => {
    const { open } = promises;
    mock.method(promises, 'open', async (...args: Parameters<typeof open>): Promise<FileHandle> => {
      const handle = await open(...args);
      const { sync, utimes } = handle;
      let isTimed = '';
      return Object.assign(handle, {
        utimes: async (...times: Parameters<typeof utimes>) => {
          isTimed = ' with its time';
          await utimes.apply(handle, times);
        },
        sync: async () => {
          await sync.call(handle);
          synced.push(`${String(args[0])}${isTimed}`);
        },
      });
    });
    syncBuiltinESMExports();
  });
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });

  it('is on the disk for a folder and every one above it that was missing', async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    synced.length = 0;
    await store.makeFolder('a/b/c', never);
    // A name is on the disk once the folder that it stands in was synced.
    assert.deepEqual(new Set(synced.map((path) => relative(root, path))), new Set(['a/b', 'a', '']));
  });

  it('is on the disk for a folder that was there, since its maker may have died before that', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seedFolder } = fixture;
    await seedFolder('a/b');
    synced.length = 0;
    await store.makeFolder('a/b', never);
    assert.deepEqual(synced, [join(root, 'a')]);
  });

  it('is on the disk for the time of a file', async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    synced.length = 0;
    await store.write('file.bin', inChunks(pattern(10)), { modified: new Date('2001-02-03T04:05:06Z') }, never);
    assert.deepEqual(synced, [`${join(root, 'file.bin')} with its time`, root]);
  });
});

describe('A folder that is made in a directory', () => {
  it('is no link to a folder, but for the root itself', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seedFolder } = fixture;
    await seedFolder('real');
    await symlink('real', join(root, 'link'));
    await assertConflict(store.makeFolder('link', never));
    await symlink('nowhere', join(root, 'dangling'));
    await assertConflict(store.makeFolder('dangling', never));
    await openDirectoryStore(join(root, 'link'), { clock: systemClock }).makeFolder('', never);
    assert.deepEqual((await readdir(root)).toSorted(), ['dangling', 'link', 'real']);
  });
});

/** `mkdir` says ENOENT below a folder that is there: of /proc for ever, elsewhere when somebody removes that folder. */
describe('A folder that can never be made', () => {
  const refusing = async (path: string, work: (store: Store) => Promise<unknown>): Promise<void> => {
    await assert.rejects(work(openDirectoryStore(path, { clock: systemClock })), {
      code: 'DirectoryFailed',
      message: new RegExp(`^no folder can be made in ${path}: ENOENT`),
    });
  };

  for (const path of ['/proc', '/proc/self', '/proc/self/fd']) {
    it(`ends a put, a write and the making of a folder below ${path} with one sentence`, {
      timeout: 10_000,
    }, async () => {
      await refusing(path, (store) => store.put('.case-backup/lease.json', Buffer.from('1'), 'absent', never));
      await refusing(path, (store) => store.put('a/b/c/lease.json', Buffer.from('1'), 'absent', never));
      await refusing(path, (store) => store.write('a/run.zip', inChunks(pattern(10)), {}, never));
      await refusing(path, (store) => store.makeFolder('a/b', never));
    });
  }

  it('is tried twice, and once above it', { timeout: 10_000 }, async (t) => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('run.zip', Buffer.from('backup'));
    const file = await fileAt(store, 'run.zip');
    const { mkdir } = promises;
    const tried: string[] = [];
    mock.method(promises, 'mkdir', (...args: Parameters<typeof mkdir>) => {
      tried.push(relative(root, String(args[0])));
      return String(args[0]).endsWith('/gone')
        ? Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))
        : mkdir(...args);
    });
    syncBuiltinESMExports();
    t.after(() => {
      mock.restoreAll();
      syncBuiltinESMExports();
    });
    await assert.rejects(store.move(file, 'a/gone/b.zip', never), { code: 'DirectoryFailed' });
    assert.deepEqual(tried, ['a/gone', 'a', 'a/gone']);
    assert.equal((await contentAt(store, 'run.zip')).toString(), 'backup');
  });

  it('is there when somebody else makes it between two tries', async (t) => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const { mkdir } = promises;
    let tries = 0;
    mock.method(promises, 'mkdir', async (...args: Parameters<typeof mkdir>) => {
      if (String(args[0]).endsWith('/b') && ++tries === 2) await mkdir(args[0]);
      return await mkdir(...args);
    });
    syncBuiltinESMExports();
    t.after(() => {
      mock.restoreAll();
      syncBuiltinESMExports();
    });
    await store.makeFolder('a/b', never);
    assert.deepEqual([tries, await readdir(join(root, 'a'))], [2, ['b']]);
  });
});
