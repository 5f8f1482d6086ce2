import assert from 'node:assert/strict';
import { Unavailable } from '../../../src/store/store.ts';
import { applied, digestOf, drained, fileAt, inChunks, listed, MIB, never, pattern, type Sentence } from './fixture.ts';

/** Around the block of content_hash and the largest chunk. */
const SIZES = [0, 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB];

export function readingSentences(sentence: Sentence): void {
  for (const size of SIZES) {
    sentence(`reads ${size} bytes whole and as a stream, with their digest`, async ({ store, seed }) => {
      const bytes = pattern(size);
      await seed('case/file.bin', bytes);
      const file = await fileAt(store, 'case/file.bin');
      const loaded = await store.load(file, never);
      const { chunks, digest } = await drained(store.stream(file, never));
      assert.equal(file.size, size);
      assert.ok(loaded.bytes.equals(bytes));
      assert.ok(Buffer.concat(chunks).equals(bytes));
      assert.deepEqual(loaded.digest, digestOf(bytes));
      assert.deepEqual(digest, digestOf(bytes));
      assert.ok(chunks.every((chunk) => chunk.length > 0 && chunk.length <= 4 * MIB));
    });
  }

  sentence('lets a stream go when its reader leaves early', async ({ store, seed }) => {
    const bytes = pattern(9 * MIB);
    await seed('file.bin', bytes);
    const file = await fileAt(store, 'file.bin');
    const stream = store.stream(file, never);
    const first = await stream.next();
    await stream.return(digestOf(Buffer.alloc(0)));
    assert.ok(first.value instanceof Buffer);
    assert.ok(first.value.equals(bytes.subarray(0, first.value.length)));
    assert.equal((await stream.next()).done, true);
  });

  sentence('reads any range of a file', async ({ store, seed }) => {
    const bytes = pattern(5 * MIB);
    await seed('file.bin', bytes);
    const file = await fileAt(store, 'file.bin');
    const ranges = [
      [0, 1],
      [0, 22],
      [4 * MIB - 3, 7],
      [5 * MIB - 1, 1],
      [1 * MIB, 3 * MIB],
      [0, 5 * MIB],
    ] as const;
    for (const [offset, length] of ranges) {
      const range = await store.readRange(file, offset, length, never);
      assert.ok(range.equals(bytes.subarray(offset, offset + length)), `${length} bytes at ${offset}`);
    }
    assert.equal((await store.readRange(file, 10, 0, never)).length, 0);
  });

  sentence("gives bytes that are the reader's own", async ({ store, seed }) => {
    const bytes = pattern(100);
    await seed('file.bin', bytes);
    const file = await fileAt(store, 'file.bin');
    (await store.load(file, never)).bytes.fill(0);
    (await store.readRange(file, 0, 100, never)).fill(0);
    for (const chunk of (await drained(store.stream(file, never))).chunks) chunk.fill(0);
    assert.ok((await store.load(file, never)).bytes.equals(bytes));
  });

  sentence('says mismatch for a range beyond the end', async ({ store, seed }) => {
    await seed('file.bin', pattern(100));
    const file = await fileAt(store, 'file.bin');
    for (const [offset, length] of [
      [90, 11],
      [100, 1],
      [5000, 10],
    ] as const) {
      await assert.rejects(store.readRange(file, offset, length, never), { name: 'Failure', exit: 'mismatch' });
    }
  });

  sentence('says deleted_during_run for a file that is gone', async ({ store, seed, unseed }) => {
    await seed('case/file.bin', pattern(100));
    const file = await fileAt(store, 'case/file.bin');
    await unseed('case/file.bin');
    const isDeleted = (error: unknown): boolean =>
      error instanceof Unavailable && error.reason === 'deleted_during_run';
    await assert.rejects(store.load(file, never), isDeleted);
    await assert.rejects(drained(store.stream(file, never)), isDeleted);
  });

  sentence('never gives other content than that of the listed revision', async ({ store, seed }) => {
    await seed('file.bin', Buffer.from('first one'));
    const file = await fileAt(store, 'file.bin');
    await seed('file.bin', Buffer.from('other one'));
    for (const read of [
      async () => (await store.load(file, never)).bytes,
      async () => Buffer.concat((await drained(store.stream(file, never))).chunks),
      () => store.readRange(file, 0, 9, never),
    ]) {
      const outcome = await read().catch((error: unknown) => error);
      if (outcome instanceof Buffer) assert.equal(outcome.toString(), 'first one');
      else assert.ok(outcome instanceof Unavailable && outcome.reason === 'changed_during_run', String(outcome));
    }
    const again = await fileAt(store, 'file.bin');
    assert.notEqual(again.rev, file.rev);
    assert.equal((await store.load(again, never)).bytes.toString(), 'other one');
  });

  sentence('stats a file, a folder, and nothing', async ({ store, seed, rootless }) => {
    await seed('case/file.txt', Buffer.from('x'));
    const folder = await store.stat('case', never);
    assert.equal(folder?.kind, 'folder');
    assert.equal(folder.name, 'case');
    const file = await fileAt(store, 'case/file.txt');
    assert.equal(file.name, 'file.txt');
    assert.equal(file.path, 'case/file.txt');
    assert.equal(await store.stat('case/none.txt', never), undefined);
    assert.equal(await store.stat('none/none.txt', never), undefined);
    assert.equal(await rootless.stat('none.txt', never), undefined);
  });

  sentence('refuses a path that leads out of the root, or is none', async ({ store, seed }) => {
    await seed('a/b.bin', pattern(10));
    const isRefused = { name: 'Failure', code: 'PathInvalid' };
    for (const path of ['..', '../c', 'a/../c', '.', './c', 'a//c', '/c', 'c/', 'c\0d']) {
      await assert.rejects(store.stat(path, never), isRefused, path);
      await assert.rejects(applied(store.list(path, { recursive: true }, never)), isRefused, path);
      await assert.rejects(store.write(path, inChunks(pattern(10)), {}, never), isRefused, path);
      await assert.rejects(store.put(path, pattern(10), 'absent', never), isRefused, path);
      await assert.rejects(store.makeFolder(path, never), isRefused, path);
      await assert.rejects(store.move(await fileAt(store, 'a/b.bin'), path, never), isRefused, path);
    }
    assert.deepEqual(await listed(store), ['file a/b.bin', 'folder a']);
  });

  sentence('locates a path as people know it', async ({ store }) => {
    assert.match(store.locate('2026-11-23_backup.zip'), /^\/.*\/2026-11-23_backup\.zip$/);
    assert.equal(store.locate('a/b'), `${store.locate('')}/a/b`);
  });
}
