import assert from 'node:assert/strict';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Wait } from '../../src/api/report.ts';
import { processIdentity } from '../../src/host/process-identity.ts';
import { createWaits } from '../../src/host/waits.ts';
import { claimPathFor, temporaryPathFor } from '../../src/store/directory/claims/leftovers.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { contentAt, fileAt, never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';
import { hurriedClock } from './hurried-clock.ts';

const ELSEWHERE = '0123456789abcdef.1.1';

/** A file of another host's process, `ageSeconds` old by the volume's clock. */
async function leave(path: string, ageSeconds: number): Promise<void> {
  await writeFile(path, `${ELSEWHERE} nonce`);
  const at = Date.now() / 1000 - ageSeconds;
  await utimes(path, at, at);
}

function temporaryOfElsewhere(target: string): string {
  return temporaryPathFor(target).replace(processIdentity(), ELSEWHERE);
}

describe('A claim of a process on another host', () => {
  it('is waited for until it is 30 s old by the clock of the volume, and broken then', async () => {
    await using fixture = await directoryFixture();
    const clock = hurriedClock();
    const store = openDirectoryStore(fixture.root, { clock });
    await leave(claimPathFor(join(fixture.root, 'lease.json')), 20);
    await store.put('lease.json', Buffer.from('1'), 'absent', never);
    assert.ok(clock.elapsed() > 9_000 && clock.elapsed() < 11_000, `waited ${clock.elapsed()} ms`);
    assert.deepEqual(await readdir(fixture.root), ['lease.json']);
  });

  it('is told as what is waited for, from the first second on, until it is no more', async () => {
    await using fixture = await directoryFixture();
    const lines: string[] = [];
    const take = (_: object, message: string): void => void lines.push(message);
    const since = new Date('2026-11-23T03:00:00Z');
    const clock = { ...hurriedClock(), now: () => since };
    const waits = createWaits({ info: take, warn: take, error: take, debug: take }, clock);
    const path = claimPathFor(join(fixture.root, 'lease.json'));
    const shown: (Wait | undefined)[] = [];
    const watched = {
      ...clock,
      sleep: async (...args: Parameters<typeof clock.sleep>) => {
        shown.push(waits.current);
        await clock.sleep(...args);
      },
    };
    const store = openDirectoryStore(fixture.root, { clock: watched, waits });
    await leave(path, 20);
    await store.put('lease.json', Buffer.from('1'), 'absent', never);
    assert.deepEqual([shown[0], shown[49]], [undefined, undefined]);
    assert.deepEqual(shown.at(-1), {
      for: `another process that holds ${path}`,
      since: since.toISOString(),
      until: new Date(since.getTime() + 90_000).toISOString(),
    });
    assert.equal(waits.current, undefined);
    assert.deepEqual(lines, [`waiting: another process that holds ${path}`, 'it goes on']);

    await leave(path, -86_400);
    const file = await fileAt(store, 'lease.json');
    await assert.rejects(store.put('lease.json', Buffer.from('2'), file, never), { code: 'ClaimHeld' });
    assert.equal(waits.current, undefined, 'nor when it was waited for in vain');
  });

  it('is not waited for when it is older', async () => {
    await using fixture = await directoryFixture();
    const clock = hurriedClock();
    const store = openDirectoryStore(fixture.root, { clock });
    await leave(claimPathFor(join(fixture.root, 'lease.json')), 31);
    await store.put('lease.json', Buffer.from('1'), 'absent', never);
    assert.equal(clock.elapsed(), 0);
  });

  it('ends the wait with an error when it never gets old', async () => {
    await using fixture = await directoryFixture();
    const clock = hurriedClock();
    const store = openDirectoryStore(fixture.root, { clock });
    const claim = claimPathFor(join(fixture.root, 'lease.json'));
    await leave(claim, -86_400);
    await assert.rejects(store.put('lease.json', Buffer.from('1'), 'absent', never), { code: 'ClaimHeld' });
    assert.ok(clock.elapsed() < 100_000);
    assert.equal(await store.stat('lease.json', never), undefined);
    await rm(claim);
    assert.deepEqual(await readdir(fixture.root), []);
  });

  it('stops the wait when the signal aborts', async () => {
    await using fixture = await directoryFixture();
    await leave(claimPathFor(join(fixture.root, 'lease.json')), 0);
    const stop = new AbortController();
    const clock = { ...hurriedClock(), sleep: () => Promise.reject(stop.signal.reason) };
    stop.abort(new Error('enough'));
    const waiting = new AbortController().signal;
    const store = openDirectoryStore(fixture.root, { clock });
    await assert.rejects(store.put('lease.json', Buffer.from('1'), 'absent', waiting), { message: 'enough' });
  });

  it('on one name does not hold up another one', async () => {
    await using fixture = await directoryFixture();
    const clock = hurriedClock();
    const store = openDirectoryStore(fixture.root, { clock });
    await leave(claimPathFor(join(fixture.root, 'lease.json')), 0);
    await store.put('other.json', Buffer.from('1'), 'absent', never);
    assert.equal(clock.elapsed(), 0);
    assert.equal((await readdir(fixture.root)).length, 2);
  });
});

describe('A temporary file of a process on another host', () => {
  it('is left alone for an hour and swept then, whatever name is claimed', async () => {
    await using fixture = await directoryFixture();
    const [fresh, old] = [temporaryOfElsewhere('a'), temporaryOfElsewhere('b')];
    await leave(join(fixture.root, fresh), 3_500);
    await leave(join(fixture.root, old), 3_700);
    await fixture.store.put('lease.json', Buffer.from('1'), 'absent', never);
    assert.deepEqual((await readdir(fixture.root)).toSorted(), [fresh, 'lease.json']);
  });
});

describe('A put', () => {
  it('takes names as long as the file system does', async () => {
    await using fixture = await directoryFixture();
    const name = 'n'.repeat(255);
    await fixture.store.put(name, Buffer.from('1'), 'absent', never);
    await fixture.store.put(name, Buffer.from('2'), await fileAt(fixture.store, name), never);
    assert.equal((await contentAt(fixture.store, name)).toString(), '2');
  });

  it('sees a change by a foreign program that kept size and time', async () => {
    await using fixture = await directoryFixture();
    const { root, store } = fixture;
    const first = await store.put('lease.json', Buffer.from('one'), 'absent', never);
    await writeFile(join(root, 'lease.json'), 'two');
    await utimes(join(root, 'lease.json'), first.modified, first.modified);
    await assert.rejects(store.put('lease.json', Buffer.from('six'), first, never), { name: 'Conflict' });
    assert.equal((await contentAt(store, 'lease.json')).toString(), 'two');
  });
});
