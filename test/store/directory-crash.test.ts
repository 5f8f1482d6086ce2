import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { contentAt, fileAt, never } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';
import { hurriedClock } from './hurried-clock.ts';

const VICTIM = fileURLToPath(new URL('directory-victim.ts', import.meta.url));

function startVictim(root: string, change: string, when: string) {
  return spawn(process.execPath, [VICTIM, root, change, when], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Kills the change before its first operation on the volume, then before its second, and so on until it ends by itself. */
async function killAtEveryStep(
  change: string,
  prepare: (fixture: DirectoryFixture) => Promise<void>,
  recover: (fixture: DirectoryFixture) => Promise<void>,
): Promise<void> {
  for (let step = 1, isDone = false; !isDone; step++) {
    await using fixture = await directoryFixture();
    await prepare(fixture);
    const [code, signal] = await once(startVictim(fixture.root, change, String(step)), 'exit');
    isDone = code === 0;
    assert.ok(isDone ? step > 5 : signal === 'SIGKILL', `step ${step}: ${code} ${signal}`);
    const start = performance.now();
    await recover(fixture);
    assert.ok(performance.now() - start < 10_000, 'what a dead process held is not waited for');
  }
}

describe('A process killed at any step', () => {
  it('of a first put leaves nothing or the whole file, and the next put goes ahead and cleans up', async () => {
    await killAtEveryStep(
      'put',
      async () => undefined,
      async ({ root, store }) => {
        const present = await store.stat('lease.json', never);
        if (present) assert.equal((await contentAt(store, 'lease.json')).toString(), 'new');
        await store.put('lease.json', Buffer.from('next'), present?.kind === 'file' ? present : 'absent', never);
        assert.equal((await contentAt(store, 'lease.json')).toString(), 'next');
        assert.deepEqual(await readdir(root), ['lease.json']);
      },
    );
  });

  it('of a swap leaves the old file or the new one, and the next swap goes ahead and cleans up', async () => {
    await killAtEveryStep(
      'swap',
      ({ seed }) => seed('lease.json', Buffer.from('old')),
      async ({ root, store }) => {
        assert.match((await contentAt(store, 'lease.json')).toString(), /^(old|new)$/);
        await store.put('lease.json', Buffer.from('next'), await fileAt(store, 'lease.json'), never);
        assert.equal((await contentAt(store, 'lease.json')).toString(), 'next');
        assert.deepEqual(await readdir(root), ['lease.json']);
      },
    );
  });

  it('of a move loses nothing, and the same move again finishes it', async () => {
    await killAtEveryStep(
      'move',
      ({ seed }) => seed('in/run.zip', Buffer.from('backup')),
      async ({ root, store }) => {
        const left = await store.stat('in/run.zip', never);
        if (left?.kind === 'file') await store.move(left, 'backup.zip', never);
        assert.equal((await contentAt(store, 'backup.zip')).toString(), 'backup');
        assert.equal(await store.stat('in/run.zip', never), undefined);
        await store.put('next', Buffer.from('sweeps'), 'absent', never);
        assert.deepEqual((await readdir(root)).toSorted(), ['backup.zip', 'in', 'next']);
      },
    );
  });

  it('of making a folder leaves some of its parents, and the same call again finishes it', async () => {
    await killAtEveryStep(
      'folder',
      async () => undefined,
      async ({ root, store }) => {
        await store.makeFolder('a/b/c/d/e', never);
        assert.equal((await store.stat('a/b/c/d/e', never))?.kind, 'folder');
        assert.deepEqual(await readdir(root), ['a']);
      },
    );
  });
});

describe('A process that was frozen in the middle of a swap', () => {
  it('finds its claim lost after another one waited 30 s and went ahead', async () => {
    await using fixture = await directoryFixture();
    const { root, seed } = fixture;
    await seed('lease.json', Buffer.from('old'));
    const victim = startVictim(root, 'swap', 'confirm');
    await once(victim.stdout, 'data');
    const clock = hurriedClock();
    const store = openDirectoryStore(root, { clock });
    await store.put('lease.json', Buffer.from('mine'), await fileAt(store, 'lease.json'), never);
    victim.stdin.write('go on\n');
    const [code] = await once(victim, 'exit');
    assert.ok(clock.elapsed() > 25_000, `waited ${clock.elapsed()} ms`);
    assert.equal(code, 3);
    assert.equal((await contentAt(store, 'lease.json')).toString(), 'mine');
  });
});
