import assert from 'node:assert/strict';
import type { FileEntry, Store } from '../../../src/store/store.ts';
import {
  applied,
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

/** The first and last second that every store keeps, and one with a fraction, which none does. */
const KEPT_TIMES = ['1970-01-01T00:00:00Z', '2001-02-03T04:05:06.789Z', '2037-12-31T23:59:59Z'];
const OTHER_TIMES = ['0001-01-01T00:00:00Z', '1601-01-01T00:00:00Z', '1969-07-20T20:17:40Z', '+012026-01-01T00:00:00Z'];

export function writingSentences(sentence: Sentence): void {
  for (const size of SIZES) {
    sentence(`writes a stream of ${size} bytes and resolves to what is stored`, async ({ store }) => {
      const bytes = pattern(size);
      const written = await store.write('incoming/run.zip', inChunks(bytes), {}, never);
      assert.equal(written.path, 'incoming/run.zip');
      assert.equal(written.size, size);
      assert.equal(written.contentHash, digestOf(bytes).contentHash);
      assert.equal(written.rev, (await fileAt(store, 'incoming/run.zip')).rev);
      const { bytes: stored } = await store.load(written, never);
      assert.ok(stored.equals(bytes));
    });
  }

  for (const time of KEPT_TIMES) {
    sentence(`writes a file that gives ${time} as its time, to the second`, async ({ store }) => {
      for (const size of [10, 9 * MIB]) {
        const modified = new Date(time);
        const written = await store.write(`${size}.bin`, inChunks(pattern(size)), { modified }, never);
        assert.equal(written.modified.toISOString(), `${time.slice(0, 19)}.000Z`);
        await assertListedAs(store, written);
      }
    });
  }

  sentence('says which time it gave to a file whose own it can not keep', async ({ store }) => {
    for (const time of OTHER_TIMES) {
      const written = await store.write(`${time}.bin`, inChunks(pattern(10)), { modified: new Date(time) }, never);
      await assertListedAs(store, written);
    }
  });

  sentence('gives the time of writing to a file without one of its own', async ({ store, clock }) => {
    const written = await store.write('file.bin', inChunks(pattern(10)), {}, never);
    const difference = written.modified.getTime() - clock.now().getTime();
    assert.ok(Math.abs(difference) < 60_000, `${difference} ms`);
    await assertListedAs(store, written);
  });

  sentence('writes chunks of any size', async ({ store }) => {
    const bytes = pattern(6 * MIB);
    const cuts = [0, 1, 1, 8, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 6 * MIB];
    const chunks = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    await store.write('file.bin', streamOf(chunks), {}, never);
    assert.ok((await contentAt(store, 'file.bin')).equals(bytes));
  });

  sentence('keeps nothing of a chunk once the next one is asked for', async ({ store }) => {
    const bytes = pattern(6 * MIB);
    const same = Buffer.alloc(1000);
    async function* body(): AsyncGenerator<Buffer, void, void> {
      for (let at = 0; at < bytes.length; at += same.length) yield same.subarray(0, bytes.copy(same, 0, at));
    }
    await store.write('file.bin', body(), {}, never);
    assert.ok((await contentAt(store, 'file.bin')).equals(bytes));
    const small = Buffer.from('as it was');
    await store.put('small.bin', small, 'absent', never);
    small.fill(0);
    assert.equal((await contentAt(store, 'small.bin')).toString(), 'as it was');
  });

  sentence('makes the root and the folders above a new file', async ({ rootless }) => {
    await rootless.write('a/b/c.bin', inChunks(pattern(10)), {}, never);
    assert.deepEqual(await listed(rootless), ['file a/b/c.bin', 'folder a', 'folder a/b']);
  });

  sentence('does not write to a name that is taken', async ({ store, seed, seedFolder }) => {
    await seed('file.bin', Buffer.from('precious'));
    await seedFolder('folder');
    await assertConflict(store.write('file.bin', inChunks(pattern(100)), {}, never));
    await assertConflict(store.write('file.bin', inChunks(Buffer.from('precious')), {}, never));
    await assertConflict(store.write('folder', inChunks(pattern(100)), {}, never));
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
        store.write('incoming/run.zip', brokenAfter(size, fault), {}, never),
        (error) => error === fault,
      );
      assert.equal(await store.stat('incoming/run.zip', never), undefined);
      await store.write('incoming/run.zip', inChunks(pattern(10)), {}, never);
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
    await assertConflict(store.write('file.bin', body(false), {}, never));
    assert.equal(isOpen, false);
    await assert.rejects(store.write('other.bin', body(true), {}, never), { message: 'broke' });
    assert.equal(isOpen, false);
  });
}

/** What the write said of the file's time and revision is what everybody sees from now on. */
async function assertListedAs(store: Store, written: FileEntry): Promise<void> {
  const seen = [await fileAt(store, written.path)];
  for (const entry of await applied(store.list('', { recursive: true }, never))) {
    if (entry.kind === 'file' && entry.key === written.key) seen.push(entry);
  }
  assert.equal(seen.length, 2);
  for (const { modified, rev } of seen) assert.deepEqual([modified, rev], [written.modified, written.rev]);
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}

async function* brokenAfter(size: number, fault: Error): AsyncGenerator<Buffer, void, void> {
  yield* inChunks(pattern(size), MIB);
  throw fault;
}
