import assert from 'node:assert/strict';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, it, mock } from 'node:test';
import { assertConflict, contentAt, fileAt, listed, never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

describe('A directory on a file system without hard links', () => {
  before(() => {
    mock.method(promises, 'link', () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' })));
    syncBuiltinESMExports();
  });
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });

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
});
