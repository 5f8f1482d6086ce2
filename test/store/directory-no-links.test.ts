import assert from 'node:assert/strict';
import { linkSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { assertConflict, contentAt, fileAt, listed, never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** In which file systems say that they have none: FAT, ext4 at its limit, and what is mounted through FUSE or SMB. */
const WORDS = ['EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EIO', 'EINVAL', 'EXDEV', 'EACCES', 'EREMOTEIO'];

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

function withoutLinks(code: string): void {
  before(() => {
    mock.method(promises, 'link', failing(code));
    syncBuiltinESMExports();
  });
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });
}

for (const word of WORDS) {
  describe(`A directory on a file system that says ${word} to a hard link`, () => {
    withoutLinks(word);

    it('moves a file to a free name, and replaces nothing', async () => {
      await using fixture = await directoryFixture();
      const { store, seed } = fixture;
      await seed('in/run.zip', Buffer.from('backup'));
      await seed('taken.zip', Buffer.from('precious'));
      await seed('folder/file', Buffer.from('precious'));
      for (const name of ['taken.zip', 'folder'])
        await assertConflict(store.move(await fileAt(store, 'in/run.zip'), name, never));
      await store.move(await fileAt(store, 'in/run.zip'), 'backup.zip', never);
      assert.equal((await contentAt(store, 'backup.zip')).toString(), 'backup');
      assert.equal((await contentAt(store, 'taken.zip')).toString(), 'precious');
      await store.put('lease.json', Buffer.from('1'), 'absent', never);
      await assertConflict(store.put('lease.json', Buffer.from('2'), 'absent', never));
    });
  });
}

describe('A directory on a file system without hard links', () => {
  withoutLinks('EPERM');

  it('moves a file to a free name', async () => {
    await using fixture = await directoryFixture();
    const { store, seed } = fixture;
    await seed('in/run.zip', Buffer.from('backup'));
    await store.move(await fileAt(store, 'in/run.zip'), 'backup.zip', never);
    assert.deepEqual(await listed(store), ['file backup.zip', 'folder in']);
    assert.equal((await contentAt(store, 'backup.zip')).toString(), 'backup');
  });

  it('replaces nothing by a move or a first put', async () => {
    await using fixture = await directoryFixture();
    const { store, seed } = fixture;
    await seed('run.zip', Buffer.from('backup'));
    await seed('backup.zip', Buffer.from('precious'));
    await assertConflict(store.move(await fileAt(store, 'run.zip'), 'backup.zip', never));
    await assertConflict(store.put('backup.zip', Buffer.from('other'), 'absent', never));
    assert.deepEqual(await listed(store), ['file backup.zip', 'file run.zip']);
    assert.equal((await contentAt(store, 'backup.zip')).toString(), 'precious');
  });

  it('lets exactly one of ten make a file', async () => {
    await using fixture = await directoryFixture();
    const { store } = fixture;
    const puts = Array.from({ length: 10 }, (_, i) => store.put('lease.json', Buffer.from(String(i)), 'absent', never));
    const outcomes = await Promise.allSettled(puts);
    const winners = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [String(i)] : []));
    assert.deepEqual(winners, [(await contentAt(store, 'lease.json')).toString()]);
  });

  it('tells what the rename met, when that is refused as well', async () => {
    await using fixture = await directoryFixture();
    const { store, seed } = fixture;
    await seed('run.zip', Buffer.from('backup'));
    const file = await fileAt(store, 'run.zip');
    const renames = mock.method(promises, 'rename', failing('ENOSPC'));
    syncBuiltinESMExports();
    await assert.rejects(store.move(file, 'backup.zip', never), { exit: 'noSpace', code: 'NoSpace' });
    assert.equal(renames.mock.callCount(), 1);
    renames.mock.restore();
    syncBuiltinESMExports();
    assert.equal((await contentAt(store, 'run.zip')).toString(), 'backup');
  });

  it('finishes a rename whose second name was made although the answer was a fault', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('run.zip', Buffer.from('backup'));
    linkSync(join(root, 'run.zip'), join(root, 'backup.zip'));
    await store.move(await fileAt(store, 'run.zip'), 'backup.zip', never);
    assert.deepEqual(await listed(store), ['file backup.zip']);
  });
});
