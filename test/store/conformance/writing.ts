import assert from 'node:assert/strict';
import {
  assertConflict,
  contentAt,
  digestOf,
  fileAt,
  inChunks,
  listed,
  MIB,
  never,
  pattern,
  type Sentence,
} from './fixture.ts';

const SIZES = [0, 1, 4 * MIB, 4 * MIB + 1, 17 * MIB + 5];

export function writingSentences(sentence: Sentence): void {
  for (const size of SIZES) {
    sentence(`writes a stream of ${size} bytes and resolves to what is stored`, async ({ store }) => {
      const bytes = pattern(size);
      const written = await store.write('incoming/run.zip', inChunks(bytes), never);
      assert.equal(written.path, 'incoming/run.zip');
      assert.equal(written.size, size);
      assert.equal(written.contentHash, digestOf(bytes).contentHash);
      assert.equal(written.rev, (await fileAt(store, 'incoming/run.zip')).rev);
      const { bytes: stored } = await store.load(written, never);
      assert.ok(stored.equals(bytes));
    });
  }

  sentence('writes chunks of any size', async ({ store }) => {
    const bytes = pattern(6 * MIB);
    const cuts = [0, 1, 1, 8, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 6 * MIB];
    const chunks = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    await store.write('file.bin', streamOf(chunks), never);
    assert.ok((await contentAt(store, 'file.bin')).equals(bytes));
  });

  sentence('makes the root and the folders above a new file', async ({ rootless }) => {
    await rootless.write('a/b/c.bin', inChunks(pattern(10)), never);
    assert.deepEqual(await listed(rootless), ['file a/b/c.bin', 'folder a', 'folder a/b']);
  });

  sentence('does not write to a name that is taken', async ({ store, seed, seedFolder }) => {
    await seed('file.bin', Buffer.from('precious'));
    await seedFolder('folder');
    await assertConflict(store.write('file.bin', inChunks(pattern(100)), never));
    await assertConflict(store.write('file.bin', inChunks(Buffer.from('precious')), never));
    await assertConflict(store.write('folder', inChunks(pattern(100)), never));
    assert.equal((await contentAt(store, 'file.bin')).toString(), 'precious');
    assert.deepEqual(await listed(store), ['file file.bin', 'folder folder']);
  });

  for (const [when, size] of [
    ['at once', 0],
    ['midway', 9 * MIB],
  ] as const) {
    sentence(`leaves nothing at the name when the body throws ${when}, and throws its error`, async ({ store }) => {
      const fault = new Error('the archive broke');
      await assert.rejects(
        store.write('incoming/run.zip', brokenAfter(size, fault), never),
        (error) => error === fault,
      );
      assert.equal(await store.stat('incoming/run.zip', never), undefined);
      await store.write('incoming/run.zip', inChunks(pattern(10)), never);
      assert.equal((await fileAt(store, 'incoming/run.zip')).size, 10);
    });
  }

  sentence('closes the body when it can not store it', async ({ store, seed }) => {
    let isOpen = false;
    async function* body(breaks: boolean): AsyncGenerator<Buffer, void, void> {
      isOpen = true;
      try {
        yield pattern(10);
        if (breaks) throw new Error('broke');
      } finally {
        isOpen = false;
      }
    }
    await seed('file.bin', Buffer.from('precious'));
    await assertConflict(store.write('file.bin', body(false), never));
    assert.equal(isOpen, false);
    await assert.rejects(store.write('other.bin', body(true), never), { message: 'broke' });
    assert.equal(isOpen, false);
  });
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}

async function* brokenAfter(size: number, fault: Error): AsyncGenerator<Buffer, void, void> {
  yield* inChunks(pattern(size), MIB);
  throw fault;
}
