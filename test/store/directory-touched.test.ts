import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import promises, { chmod, copyFile, link, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { Unavailable } from '../../src/store/store.ts';
import {
  assertConflict,
  contentAt,
  drained,
  fileAt,
  inChunks,
  listed,
  MIB,
  never,
  pattern,
} from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** What others do to a file of ours without changing a byte of it; none of it is a change by somebody else. */
const TOUCHES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'got another mode': (path) => chmod(path, 0o640),
  'was linked by a snapshot': (path) => link(path, `${path}.snapshot`),
  'was replaced by a copy that keeps its time': async (path) => {
    execFileSync('cp', ['-p', path, `${path}.copy`]);
    await rename(`${path}.copy`, path);
  },
};

/** The same, and its time is another one. */
const RETIMINGS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'got another time': (path) => utimes(path, 1_700_000_000, 1_700_000_000),
  'was replaced by a copy': async (path) => {
    await copyFile(path, `${path}.copy`);
    await rename(`${path}.copy`, path);
    await utimes(path, 1_700_000_000, 1_700_000_000);
  },
};

/** Changes a byte, with neither size nor time showing it. */
async function changeQuietly(path: string, bytes: Buffer): Promise<void> {
  execFileSync('cp', ['-p', path, `${path}.before`]);
  await writeFile(path, bytes, { flag: 'r+' });
  execFileSync('touch', ['-r', `${path}.before`, path]);
}

const isChanged = (error: unknown): boolean => error instanceof Unavailable && error.reason === 'changed_during_run';

describe('A file of ours in a directory', () => {
  for (const [happening, touch] of Object.entries({ ...TOUCHES, ...RETIMINGS })) {
    it(`that ${happening} is swapped, since its bytes are those that were put`, async () => {
      await using fixture = await directoryFixture();
      const { root, store } = fixture;
      const first = await store.put('lease.json', Buffer.from('one'), 'absent', never);
      await touch(join(root, 'lease.json'));
      const second = await store.put('lease.json', Buffer.from('two'), first, never);
      assert.equal((await contentAt(store, 'lease.json')).toString(), 'two');
      await assertConflict(store.put('lease.json', Buffer.from('six'), first, never));
      await store.put('lease.json', Buffer.from('ten'), second, never);
    });

    it(`that ${happening} is moved and removed, since its bytes are those that were written`, async () => {
      await using fixture = await directoryFixture();
      const { root, store } = fixture;
      const written = await store.write('in/run.zip', inChunks(pattern(5 * MIB)), {}, never);
      await touch(join(root, 'in/run.zip'));
      const moved = await store.move(written, 'backup.zip', never);
      assert.equal(moved.contentHash, written.contentHash);
      await touch(join(root, 'backup.zip'));
      assert.equal(await store.remove(moved, never), 'removed');
      assert.ok(!(await listed(store)).includes('file backup.zip'));
    });

    it(`that ${happening} is read, whole and as a stream`, async () => {
      await using fixture = await directoryFixture();
      const { root, store } = fixture;
      const put = await store.put('record.json', pattern(1000), 'absent', never);
      await touch(join(root, 'record.json'));
      assert.ok((await store.load(put, never)).bytes.equals(pattern(1000)));
      const { chunks } = await drained(store.stream(put, never));
      assert.ok(Buffer.concat(chunks).equals(pattern(1000)));
    });
  }

  it("is somebody else's once another byte is in it, whatever its size and time say", async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const put = await store.put('lease.json', Buffer.from('one'), 'absent', never);
    await changeQuietly(join(root, 'lease.json'), Buffer.from('two'));
    await assertConflict(store.put('lease.json', Buffer.from('six'), put, never));
    await assert.rejects(store.load(put, never), isChanged);
    await assert.rejects(drained(store.stream(put, never)), isChanged);
    assert.equal((await contentAt(store, 'lease.json')).toString(), 'two');
  });

  it('is neither moved nor removed when its time differs and its bytes do', async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const written = await store.write('in/run.zip', inChunks(pattern(100)), {}, never);
    await writeFile(join(root, 'in/run.zip'), pattern(101).subarray(1));
    await assertConflict(store.move(written, 'backup.zip', never));
    await assertConflict(store.remove(written, never));
    assert.equal((await stat(join(root, 'in/run.zip'))).size, 100);
  });

  it('is read piece by piece while a snapshot links it', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('backup.zip', pattern(100));
    const file = await fileAt(store, 'backup.zip');
    await link(join(root, 'backup.zip'), join(root, 'snapshot'));
    assert.ok((await store.readRange(file, 10, 20, never)).equals(pattern(100).subarray(10, 30)));
    await utimes(join(root, 'backup.zip'), 1, 1);
    await assert.rejects(store.readRange(file, 10, 20, never), isChanged);
  });
});

describe('A file of the source', () => {
  for (const [happening, touch] of Object.entries(TOUCHES).slice(0, 2)) {
    it(`that ${happening} while it is streamed is not lost`, async () => {
      await using fixture = await directoryFixture();
      const { root, store, seed } = fixture;
      const bytes = pattern(8 * MIB);
      await seed('film.mp4', bytes);
      const stream = store.stream(await fileAt(store, 'film.mp4'), never);
      const first = await stream.next();
      assert.ok(first.value instanceof Buffer);
      await touch(join(root, 'film.mp4'));
      const { chunks } = await drained(stream);
      assert.ok(Buffer.concat([first.value, ...chunks]).equals(bytes));
    });
  }

  it('that changes while it is streamed, and gets its old time back, is changed_during_run', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('film.mp4', Buffer.alloc(8 * MIB));
    const stream = store.stream(await fileAt(store, 'film.mp4'), never);
    await stream.next();
    await changeQuietly(join(root, 'film.mp4'), pattern(8 * MIB));
    await assert.rejects(drained(stream), isChanged);
  });

  it('that changed before it is read, and got its old time back, is not what was listed', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('letter.txt', Buffer.from('one'));
    const file = await fileAt(store, 'letter.txt');
    await changeQuietly(join(root, 'letter.txt'), Buffer.from('two'));
    await assert.rejects(store.load(file, never), isChanged);
    await assert.rejects(drained(store.stream(file, never)), isChanged);
  });
});

describe('A file of ours on a file system that gives it another time whenever it is opened', () => {
  let openings = 0;
  before(() => {
    const { open } = promises;
    mock.method(promises, 'open', async (...args: Parameters<typeof open>) => {
      const handle = await open(...args);
      if (String(args[0]).endsWith('.zip') && args[1] !== 'wx') await handle.utimes(1, 1_700_000_000 + openings++);
      return handle;
    });
    syncBuiltinESMExports();
  });
  after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });

  it('is read, moved and removed, as rclone mounts need it', async () => {
    await using fixture = await directoryFixture();
    const { store } = fixture;
    const bytes = pattern(3 * MIB);
    const written = await store.write('in/run.zip', inChunks(bytes), {}, never);
    for (const offset of [0, MIB])
      assert.ok((await store.readRange(written, offset, 10, never)).equals(bytes.subarray(offset, offset + 10)));
    assert.ok((await store.load(written, never)).bytes.equals(bytes));
    const moved = await store.move(written, 'backup.zip', never);
    assert.equal(moved.rev, (await fileAt(store, 'backup.zip')).rev);
    await store.readRange(moved, 0, 10, never);
    assert.equal(await store.remove(moved, never), 'removed');
    assert.ok(openings > 4);
  });
});
