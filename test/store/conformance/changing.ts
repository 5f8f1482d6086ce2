import assert from 'node:assert/strict';
import { assertConflict, contentAt, fileAt, inChunks, listed, never, pattern, type Sentence } from './fixture.ts';

export function changingSentences(sentence: Sentence): void {
  sentence('moves a file with its size and content_hash, making the folders above', async ({ store }) => {
    const bytes = pattern(100_000);
    const from = await store.write('incoming/run.zip', inChunks(bytes), {}, never);
    const moved = await store.move(from, 'done/2026/backup.zip', never);
    assert.equal(moved.path, 'done/2026/backup.zip');
    assert.equal(moved.name, 'backup.zip');
    assert.equal(moved.size, from.size);
    assert.equal(moved.contentHash, from.contentHash);
    assert.equal(moved.rev, (await fileAt(store, 'done/2026/backup.zip')).rev);
    assert.ok((await store.load(moved, never)).bytes.equals(bytes));
    assert.equal(await store.stat('incoming/run.zip', never), undefined);
  });

  sentence('never replaces anything by a move', async ({ store, seed, seedFolder }) => {
    await seed('backup.zip', Buffer.from('precious'));
    await seedFolder('folder');
    const from = await store.write('incoming/run.zip', inChunks(pattern(10)), {}, never);
    await assertConflict(store.move(from, 'backup.zip', never));
    await assertConflict(store.move(from, 'folder', never));
    await assertConflict(store.move(from, 'incoming/run.zip', never));
    assert.equal((await contentAt(store, 'backup.zip')).toString(), 'precious');
    assert.ok((await contentAt(store, 'incoming/run.zip')).equals(pattern(10)));
  });

  sentence('does not move a file that is gone or another revision', async ({ store, seed, unseed }) => {
    const from = await store.write('incoming/run.zip', inChunks(pattern(10)), {}, never);
    await seed('incoming/run.zip', Buffer.from('something'));
    await assertConflict(store.move(from, 'backup.zip', never));
    const other = await fileAt(store, 'incoming/run.zip');
    await unseed('incoming/run.zip');
    await assertConflict(store.move(other, 'backup.zip', never));
    assert.equal(await store.stat('backup.zip', never), undefined);
  });

  sentence('lets exactly one of two moves have a name', async ({ store }) => {
    const one = await store.write('incoming/1.zip', inChunks(pattern(10)), {}, never);
    const two = await store.write('incoming/2.zip', inChunks(pattern(20)), {}, never);
    const outcomes = await Promise.allSettled([store.move(one, 'b.zip', never), store.move(two, 'b.zip', never)]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    const loser = outcomes[0].status === 'rejected' ? 'incoming/1.zip' : 'incoming/2.zip';
    assert.deepEqual(await listed(store), ['file b.zip', `file ${loser}`, 'folder incoming']);
  });

  sentence('removes exactly the given revision', async ({ store, seed }) => {
    await seed('a.zip', Buffer.from('one'));
    await seed('b.zip', Buffer.from('one'));
    const listedFile = await fileAt(store, 'a.zip');
    await seed('a.zip', Buffer.from('two'));
    await assertConflict(store.remove(listedFile, never));
    assert.equal((await contentAt(store, 'a.zip')).toString(), 'two');
    assert.equal(await store.remove(await fileAt(store, 'a.zip'), never), 'removed');
    assert.deepEqual(await listed(store), ['file b.zip']);
  });

  sentence('says gone for what is not there any more', async ({ store, seed, unseed }) => {
    await seed('folder/a.zip', Buffer.from('one'));
    const file = await fileAt(store, 'folder/a.zip');
    assert.equal(await store.remove(file, never), 'removed');
    assert.equal(await store.remove(file, never), 'gone');
    await unseed('folder');
    assert.equal(await store.remove(file, never), 'gone');
  });

  sentence('never removes a folder', async ({ store, seed, unseed }) => {
    await seed('a.zip', Buffer.from('one'));
    const file = await fileAt(store, 'a.zip');
    await unseed('a.zip');
    await seed('a.zip/precious.txt', Buffer.from('precious'));
    await assertConflict(store.remove(file, never));
    assert.equal((await contentAt(store, 'a.zip/precious.txt')).toString(), 'precious');
  });
}
