import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  readdir,
  readlink,
  rename,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { SkipReason } from '../../src/api/failure-codes/skip-reasons.ts';
import { type FileEntry, type Store, Unavailable } from '../../src/store/store.ts';
import { digestOf, drained, fileAt, MIB, never, pattern } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';
import { unprivileged } from './unprivileged.ts';

const isUnavailable =
  (reason: SkipReason) =>
  (error: unknown): boolean =>
    error instanceof Unavailable && error.reason === reason;

async function assertUnreadableAs(reason: SkipReason, store: Store, file: FileEntry): Promise<void> {
  await assert.rejects(store.load(file, never), isUnavailable(reason));
  await assert.rejects(drained(store.stream(file, never)), isUnavailable(reason));
  await assert.rejects(store.readRange(file, 0, 1, never), isUnavailable(reason));
}

/** Open descriptors of this process that lead into a folder. */
async function openFilesIn(folder: string): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((target) => target.startsWith(folder)).length;
}

describe('A file of a directory', () => {
  it('is another revision when its content changed but neither its size nor its time', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('file.txt', Buffer.from('one'));
    const file = await fileAt(store, 'file.txt');
    await writeFile(join(root, 'file.txt'), 'two');
    await utimes(join(root, 'file.txt'), file.modified, file.modified);
    await assertUnreadableAs('changed_during_run', store, file);
  });

  it('is not read as shorter than it is, whatever size was listed', async () => {
    await using fixture = await directoryFixture();
    const { store, seed } = fixture;
    for (const size of [1, MIB, 3 * MIB]) {
      await seed('file.bin', pattern(size));
      const file = { ...(await fileAt(store, 'file.bin')), size: size - 1 };
      await assert.rejects(store.load(file, never), { code: 'ContentMismatch' });
      await assert.rejects(drained(store.stream(file, never)), { code: 'ContentMismatch' });
    }
  });

  it('is not followed when a link or a pipe took its place', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('secret.txt', Buffer.from('one'));
    await seed('file.txt', Buffer.from('one'));
    const file = await fileAt(store, 'file.txt');
    await unlink(join(root, 'file.txt'));
    await symlink('secret.txt', join(root, 'file.txt'));
    await assertUnreadableAs('changed_during_run', store, file);
    await unlink(join(root, 'file.txt'));
    execFileSync('mkfifo', [join(root, 'file.txt')]);
    await assertUnreadableAs('changed_during_run', store, file);
  });

  it('is unreadable where permission is missing', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('file.txt', Buffer.from('one'));
    await chmod(join(root, 'file.txt'), 0);
    const file = await fileAt(store, 'file.txt');
    await unprivileged(root, () => assertUnreadableAs('no_access', store, file));
  });

  for (const [change, make] of [
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 2 * MIB)],
    ['is written over in place', (path: string) => writeFile(path, pattern(8 * MIB), { flag: 'r+' })],
  ] as const) {
    it(`ends its stream with changed_during_run when it ${change} meanwhile`, async () => {
      await using fixture = await directoryFixture();
      const { root, store, seed } = fixture;
      await seed('file.bin', Buffer.alloc(8 * MIB));
      const stream = store.stream(await fileAt(store, 'file.bin'), never);
      await stream.next();
      await make(join(root, 'file.bin'));
      await assert.rejects(drained(stream), isUnavailable('changed_during_run'));
      assert.equal(await openFilesIn(root), 0);
    });
  }

  it('streams chunks that stay as they are while the next ones are read', async () => {
    await using fixture = await directoryFixture();
    const { store, seed } = fixture;
    const bytes = pattern(8 * MIB + 3);
    await seed('file.bin', bytes);
    const { chunks } = await drained(store.stream(await fileAt(store, 'file.bin'), never));
    assert.ok(Buffer.concat(chunks).equals(bytes));
    assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
  });

  it('is closed when its stream is left early', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('file.bin', pattern(8 * MIB));
    const stream = store.stream(await fileAt(store, 'file.bin'), never);
    await stream.next();
    assert.equal(await openFilesIn(root), 1);
    await stream.return(digestOf(Buffer.alloc(0)));
    assert.equal(await openFilesIn(root), 0);
  });

  it('opens one folder at a time for a listing, and closes it when that is left early', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    for (let i = 0; i < 600; i++) await seed(`a/b/${i}`, Buffer.alloc(0));
    for await (const _ of store.list('', { recursive: true }, never)) {
      // Its names are read by one descriptor, and looked at through another.
      assert.equal(await openFilesIn(root), 2);
      break;
    }
    assert.equal(await openFilesIn(root), 0);
  });

  it('is a mismatch when it does not read as it was written', async () => {
    await using fixture = await directoryFixture();
    const { store } = fixture;
    const put = await store.put('file.bin', pattern(100), 'absent', never);
    const damaged = { ...put, contentHash: digestOf(pattern(99)).contentHash };
    const isMismatch = { exit: 'mismatch', code: 'ContentMismatch' };
    await assert.rejects(store.load(damaged, never), isMismatch);
    await assert.rejects(drained(store.stream(damaged, never)), isMismatch);
  });

  it('keeps its revision when it was only read', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('file.bin', pattern(100));
    const file = await fileAt(store, 'file.bin');
    await store.load(file, never);
    assert.deepEqual(await fileAt(store, 'file.bin'), file);
    await rename(join(root, 'file.bin'), join(root, 'other.bin'));
    await assertUnreadableAs('deleted_during_run', store, file);
  });
});
