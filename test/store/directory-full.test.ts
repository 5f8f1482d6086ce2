import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { asFailure } from '../../src/host/errors.ts';
import { writeFault } from '../../src/store/directory/faults.ts';
import { inChunks, never, pattern } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';
import { unprivileged } from './unprivileged.ts';

const WRITER = fileURLToPath(new URL('directory-writer.ts', import.meta.url));

describe('A directory that takes no more', () => {
  it('ends a write with noSpace and keeps nothing of it', async () => {
    await using fixture = await directoryFixture();
    // A file-size limit of the process is the one full disk that needs no privilege: 2,048 blocks of 512 bytes.
    const limited = ['-c', 'ulimit -f 2048; exec "$0" "$@"', process.execPath, WRITER, fixture.root];
    const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' });
    assert.equal(stdout, 'noSpace FileTooLarge\n', stderr);
    assert.deepEqual(await readdir(fixture.root), ['incoming']);
    assert.deepEqual(await readdir(`${fixture.root}/incoming`), []);
  });

  it('tells a full disk and a quota from what a retry can heal', () => {
    const meaningOf = (errno: string): string[] => {
      const { exit, code } = asFailure(writeFault('/b/x', Object.assign(new Error(errno), { code: errno })));
      return [exit, code];
    };
    assert.deepEqual(meaningOf('ENOSPC'), ['noSpace', 'NoSpace']);
    assert.deepEqual(meaningOf('EDQUOT'), ['noSpace', 'NoSpace']);
    assert.deepEqual(meaningOf('EROFS'), ['configuration', 'VolumeReadOnly']);
    assert.deepEqual(meaningOf('EIO'), ['failed', 'DirectoryFailed']);
  });

  it('refuses what it has no permission for as a matter of configuration, with a hint', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('file.txt', Buffer.from('1'));
    const file = await store.stat('file.txt', never);
    assert.equal(file?.kind, 'file');
    await chmod(root, 0o555);
    const isDenied = { exit: 'configuration', code: 'AccessDenied' };
    await unprivileged(root, async () => {
      await assert.rejects(store.write('new.bin', inChunks(pattern(10)), {}, never), isDenied);
      await assert.rejects(store.put('new.json', pattern(10), 'absent', never), isDenied);
      await assert.rejects(store.move(file, 'moved.txt', never), isDenied);
      await assert.rejects(store.remove(file, never), isDenied);
      assert.ok(Math.abs((await store.now(never)).getTime() - Date.now()) < 60_000);
    });
    await chmod(root, 0o755);
    assert.deepEqual(await readdir(root), ['file.txt']);
  });
});
