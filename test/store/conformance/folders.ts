import assert from 'node:assert/strict';
import { assertConflict, contentAt, inChunks, listed, never, pattern, type Sentence } from './fixture.ts';

export function folderSentences(sentence: Sentence): void {
  sentence('makes a folder with the root and all that is missing above it', async ({ rootless }) => {
    await rootless.makeFolder('a/b/c', never);
    assert.deepEqual(await listed(rootless), ['folder a', 'folder a/b', 'folder a/b/c']);
    assert.deepEqual((await rootless.stat('a/b', never))?.kind, 'folder');
    await rootless.write('a/b/c/file.bin', inChunks(pattern(10)), {}, never);
    assert.ok((await contentAt(rootless, 'a/b/c/file.bin')).equals(pattern(10)));
  });

  sentence('makes the root where that is the folder asked for', async ({ rootless }) => {
    await rootless.makeFolder('', never);
    assert.equal((await rootless.identify(never)).root.exists, true);
    assert.deepEqual(await listed(rootless), []);
  });

  sentence('leaves a folder that is there as it is', async ({ store, seed }) => {
    await seed('folder/file.txt', Buffer.from('precious'));
    const before = await store.stat('folder', never);
    await store.makeFolder('folder', never);
    await store.makeFolder('', never);
    assert.deepEqual(await store.stat('folder', never), before);
    assert.deepEqual(await listed(store), ['file folder/file.txt', 'folder folder']);
  });

  sentence('makes no folder where a file stands, nor below one', async ({ store, seed }) => {
    await seed('file.txt', Buffer.from('precious'));
    await assertConflict(store.makeFolder('file.txt', never));
    await assertConflict(store.makeFolder('file.txt/inner/most', never));
    assert.deepEqual(await listed(store), ['file file.txt']);
    assert.equal((await contentAt(store, 'file.txt')).toString(), 'precious');
  });

  sentence('gives one folder to all who make it at once', async ({ store }) => {
    await Promise.all(Array.from({ length: 10 }, () => store.makeFolder('a/b', never)));
    assert.deepEqual(await listed(store), ['folder a', 'folder a/b']);
  });
}
