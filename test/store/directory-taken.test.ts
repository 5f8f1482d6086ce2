import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import promises, { lstat, symlink } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it, mock } from 'node:test';
import { assertConflict, contentAt, fileAt, inChunks, never, pattern } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** What can stand at a name, other than a file or a folder. */
const TAKERS: Readonly<Record<string, (root: string, path: string) => unknown>> = {
  'a link to nothing': (_, path) => symlink('nowhere', path),
  'a link to a file': (_, path) => symlink('run.zip', path),
  'a link to a folder': (root, path) => symlink(root, path),
  'a link to itself': (_, path) => symlink('backup.zip', path),
  'a pipe': (_, path) => execFileSync('mkfifo', [path]),
};

for (const links of [true, false]) {
  describe(`A name in a directory ${links ? 'with' : 'without'} hard links`, () => {
    for (const [what, take] of Object.entries(TAKERS)) {
      it(`is taken when it is ${what}, for a move, a first put and a write`, async (t) => {
        await using fixture = await directoryFixture();
        const { root, store, seed } = fixture;
        await seed('run.zip', Buffer.from('backup'));
        const path = join(root, 'backup.zip');
        await take(root, path);
        const before = await lstat(path, { bigint: true });
        if (!links) {
          mock.method(promises, 'link', () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' })));
          syncBuiltinESMExports();
          t.after(() => {
            mock.restoreAll();
            syncBuiltinESMExports();
          });
        }
        await assertConflict(store.move(await fileAt(store, 'run.zip'), 'backup.zip', never));
        await assertConflict(store.put('backup.zip', Buffer.from('other'), 'absent', never));
        await assertConflict(store.write('backup.zip', inChunks(pattern(10)), {}, never));
        assert.equal((await lstat(path, { bigint: true })).ino, before.ino);
        assert.equal((await contentAt(store, 'run.zip')).toString(), 'backup');
      });
    }
  });
}
