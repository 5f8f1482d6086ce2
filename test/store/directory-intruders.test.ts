import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { claimPathFor, temporaryPathFor } from '../../src/store/directory/claims/leftovers.ts';
import { syncFolder } from '../../src/store/directory/durable.ts';
import { Conflict } from '../../src/store/store.ts';
import { contentAt, inChunks, never, pattern } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';

/** What can stand where a claim belongs, and is nobody's claim. */
const INTRUDERS: Readonly<Record<string, (path: string, t: TestContext) => void>> = {
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a link to a pipe': (path) => {
    execFileSync('mkfifo', [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  'a link to a file': (path) => {
    writeFileSync(`${path}.letter`, 'of somebody');
    symlinkSync(`${path}.letter`, path);
  },
  'a link to nothing': (path) => symlinkSync('nowhere', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to a device': (path) => symlinkSync('/dev/zero', path),
  'a link to a folder': (path) => symlinkSync('..', path),
  'a device': (path, t) => {
    if (process.geteuid?.() !== 0) return t.skip('only root makes devices');
    execFileSync('mknod', [path, 'c', '1', '5']);
  },
  'an empty folder': (path) => mkdirSync(path),
};

const claimOf = ({ root }: DirectoryFixture, name: string): string => claimPathFor(join(root, name));
const claimsIn = (root: string): string[] => readdirSync(root).filter((name) => name.endsWith('.claim'));

describe('What stands where a claim belongs', () => {
  for (const [what, place] of Object.entries(INTRUDERS)) {
    it(`and is ${what} holds nobody up, and is removed`, { timeout: 10_000 }, async (t) => {
      await using fixture = await directoryFixture();
      const { root, store } = fixture;
      for (const name of ['lease.json', 'backup.zip', 'other.json']) place(claimOf(fixture, name), t);
      const put = await store.put('lease.json', Buffer.from('1'), 'absent', never);
      await store.put('lease.json', Buffer.from('2'), put, never);
      const upload = await store.write('in/run.zip', inChunks(pattern(10)), {}, never);
      const moved = await store.move(upload, 'backup.zip', never);
      assert.equal(await store.remove(moved, never), 'removed');
      assert.equal((await contentAt(store, 'lease.json')).toString(), '2');
      assert.deepEqual(claimsIn(root), []);
      const letter = `${claimOf(fixture, 'lease.json')}.letter`;
      if (what === 'a link to a file') assert.equal(readFileSync(letter, 'utf8'), 'of somebody');
    });
  }

  it('and is a folder with something in it is left alone, and named in one sentence', { timeout: 10_000 }, async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const claim = claimOf(fixture, 'lease.json');
    mkdirSync(claim);
    writeFileSync(join(claim, 'letter.txt'), 'of somebody');
    await assert.rejects(store.put('lease.json', Buffer.from('1'), 'absent', never), {
      code: 'ClaimHeld',
      message: `${claim} is a folder, where a file of this program belongs`,
    });
    assert.equal(readFileSync(join(claim, 'letter.txt'), 'utf8'), 'of somebody');
    const leftover = temporaryPathFor(join(root, 'x')).replace(/\.\d+\.(\d+)(\.[0-9a-f]{8}\.tmp)$/, '.4194303.$1$2');
    writeFileSync(leftover, '');
    await store.put('other.json', Buffer.from('1'), 'absent', never);
    assert.equal(readdirSync(root).includes(leftover.slice(root.length + 1)), false, 'and the rest is swept');
  });

  it('and is a file of 1 TB is nobody’s once it is old, and is not read whole', { timeout: 10_000 }, async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const claim = claimOf(fixture, 'lease.json');
    writeFileSync(claim, '');
    truncateSync(claim, 1e12);
    await utimes(claim, 1, 1);
    await store.put('lease.json', Buffer.from('1'), 'absent', never);
    assert.deepEqual(readdirSync(root), ['lease.json']);
  });
});

describe('A folder that is synced', () => {
  it('is a folder when it is opened: a pipe that has its name by then is a fault at once', {
    timeout: 10_000,
  }, async () => {
    await using fixture = await directoryFixture();
    const pipe = join(fixture.root, 'folder');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(syncFolder(pipe), (error) => error instanceof Conflict);
    assert.ok(lstatSync(pipe).isFIFO());
  });
});
