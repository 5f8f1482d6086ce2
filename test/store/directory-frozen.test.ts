import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import promises, { copyFile, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it, mock, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { FileEntry } from '../../src/store/store.ts';
import { assertConflict, contentAt, fileAt, inChunks, never } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';

const real = { link: promises.link, rename: promises.rename };

/** Freezes the next change between the moment in which `target` has its name and the look at it. */
function frozenAt(
  t: TestContext,
  target: string,
  { links }: { links: boolean },
  meanwhile: () => Promise<unknown>,
): void {
  let isArmed = true;
  const thaw = async (to: unknown): Promise<void> => {
    if (!isArmed || to !== target) return;
    isArmed = false;
    await meanwhile();
  };
  mock.method(promises, 'link', async (from: string, to: string) => {
    if (!links) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    await real.link(from, to);
    await thaw(to);
  });
  mock.method(promises, 'rename', async (from: string, to: string) => {
    await real.rename(from, to);
    await thaw(to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });
}

/** Changes that give a file a name, each of a file of five bytes to x.json. */
const CHANGES: Readonly<Record<string, (fixture: DirectoryFixture) => Promise<() => Promise<FileEntry>>>> = {
  'a first put': async ({ store }) => {
    return () => store.put('x.json', Buffer.from('OWN-1'), 'absent', never);
  },
  'a swap': async ({ store }) => {
    const before = await store.put('x.json', Buffer.from('OWN-0'), 'absent', never);
    return () => store.put('x.json', Buffer.from('OWN-1'), before, never);
  },
  'a move of what was written': async ({ store }) => {
    const from = await store.write('in/run.zip', inChunks(Buffer.from('OWN-1')), {}, never);
    return () => store.move(from, 'x.json', never);
  },
  'a move of what was found': async ({ store, seed }) => {
    await seed('in/run.zip', Buffer.from('OWN-1'));
    const from = await fileAt(store, 'in/run.zip');
    return () => store.move(from, 'x.json', never);
  },
};

const replaceBy = async (path: string, bytes: string): Promise<void> => {
  await writeFile(`${path}.new`, bytes);
  await real.rename(`${path}.new`, path);
};

/** What others do to the place that the frozen one has just taken. */
const TAKEOVERS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'another file of that size': (path) => replaceBy(path, 'OTHER'),
  'another file of that size, since the one before was moved away': async (path) => {
    await real.rename(path, `${path}.gone`);
    await replaceBy(path, 'OTHER');
  },
  'another file of another size': (path) => replaceBy(path, 'OTHERS'),
  'the same file with other bytes': async (path) => {
    // Longer than a tick of the file system's clock.
    await setTimeout(20);
    await writeFile(path, 'OTHER', { flag: 'r+' });
  },
  nothing: (path) => promises.rm(path),
  'a folder': (path) => promises.rm(path).then(() => mkdir(path)),
  'a link': (path) => promises.rm(path).then(() => symlink('in', path)),
  'a pipe': (path) => promises.rm(path).then(() => execFileSync('mkfifo', [path])),
};

/** What others do to it without making it theirs. */
const TOUCHES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a snapshot links it': (path) => real.link(path, `${path}.snapshot`),
  'a sync client puts a copy in its place': async (path) => {
    execFileSync('cp', ['-p', path, `${path}.copy`]);
    await real.rename(`${path}.copy`, path);
  },
};

const RETIMINGS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'it gets another time': (path) => utimes(path, 1_700_000_000, 1_700_000_000),
  'a copy of another time stands in its place': async (path) => {
    await copyFile(path, `${path}.copy`);
    await utimes(`${path}.copy`, 1_700_000_000, 1_700_000_000);
    await real.rename(`${path}.copy`, path);
  },
};

for (const links of [true, false]) {
  describe(`A run that is frozen right after its change, in a directory ${links ? 'with' : 'without'} hard links,`, () => {
    for (const [what, begin] of Object.entries(CHANGES)) {
      for (const [taker, take] of Object.entries(TAKEOVERS)) {
        it(`does not take ${taker} for what ${what} has made`, async (t) => {
          await using fixture = await directoryFixture();
          const target = join(fixture.root, 'x.json');
          const change = await begin(fixture);
          frozenAt(t, target, { links }, () => take(target));
          await assertConflict(change());
          const there = await stat(target).catch(() => undefined);
          if (there?.isFile()) assert.match(await readFile(target, 'utf8'), /^OTHERS?$/);
        });
      }

      const touches = what === 'a move of what was found' ? TOUCHES : { ...TOUCHES, ...RETIMINGS };
      for (const [happening, touch] of Object.entries(touches)) {
        it(`goes on after ${what} although ${happening}`, async (t) => {
          await using fixture = await directoryFixture();
          const target = join(fixture.root, 'x.json');
          const change = await begin(fixture);
          frozenAt(t, target, { links }, () => touch(target));
          const made = await change();
          assert.equal(made.rev, (await fileAt(fixture.store, 'x.json')).rev);
          await fixture.store.put('x.json', Buffer.from('OWN-2'), made, never);
          assert.equal((await contentAt(fixture.store, 'x.json')).toString(), 'OWN-2');
        });
      }
    }
  });
}

describe('A run that is frozen while it reads whether a file that was touched is still its own', () => {
  /** Whatever is opened as the file is another one by the time in which its bytes are known. */
  function frozenInReading(t: TestContext, target: string): void {
    const { open } = promises;
    mock.method(promises, 'open', async (...args: Parameters<typeof open>) => {
      const handle = await open(...args);
      if (args[0] !== target) return handle;
      const { read } = handle;
      mock.method(handle, 'read', async (...span: Parameters<typeof read>) => {
        const got = await read.apply(handle, span);
        if (got.bytesRead === 0) await replaceBy(target, 'OTHER');
        return got;
      });
      return handle;
    });
    syncBuiltinESMExports();
    t.after(() => {
      mock.restoreAll();
      syncBuiltinESMExports();
    });
  }

  for (const change of ['move', 'remove', 'put'] as const) {
    it(`does not ${change} what stands there by then`, async (t) => {
      await using fixture = await directoryFixture();
      const { root, store } = fixture;
      const target = join(root, 'x.json');
      const own = await store.put('x.json', Buffer.from('OWN-1'), 'absent', never);
      await utimes(target, 1_700_000_000, 1_700_000_000);
      frozenInReading(t, target);
      await assertConflict(
        change === 'move'
          ? store.move(own, 'y.json', never)
          : change === 'remove'
            ? store.remove(own, never)
            : store.put('x.json', Buffer.from('OWN-2'), own, never),
      );
      assert.equal(await readFile(target, 'utf8'), 'OTHER');
    });
  }
});
