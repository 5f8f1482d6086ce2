import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { FileEntry } from '../../src/store/store.ts';
import type { EffectOf } from '../dropbox/fault-effects.ts';
import { fileAt, never } from './conformance/fixture.ts';
import { all, openFixture } from './dropbox-fixture.ts';
import { steppedClock } from './stepped-clock.ts';

const forEver = { times: Number.POSITIVE_INFINITY } as const;
const MINUTE = 60_000;

/** How long a small download waits for one rate limit of this form. */
async function waitFor(effect: Omit<EffectOf<'rateLimit'>, 'kind'>): Promise<number> {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'x');
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.txt');
  fixture.emulator.faults.add({ route: 'files/download', effect: { kind: 'rateLimit', ...effect } });
  const before = fixture.clock.elapsed();
  assert.equal((await store.load(file, never)).bytes.toString(), 'x');
  return (fixture.clock.elapsed() - before) / 1000;
}

test('a rate limit is waited out as long as Retry-After says, and at most a tenth longer', async () => {
  for (const retryAfter of [1, 15, 300, '60.0']) {
    const seconds = Number(retryAfter);
    for (const format of ['json', 'text', 'empty'] as const) {
      const waited = await waitFor({ retryAfter, format });
      assert.ok(waited >= seconds && waited <= seconds * 1.1, `${waited} s for ${retryAfter} (${format})`);
    }
  }
});

test('a rate limit without a usable Retry-After is waited out for a quarter of a minute', async () => {
  for (const retryAfter of [null, 'soon', '-1']) {
    const waited = await waitFor({ retryAfter, format: 'text' });
    assert.ok(waited >= 15 && waited <= 16.5, `${waited} s for ${retryAfter}`);
  }
});

test('the write lock is waited out briefly, more and more, and does not stop others', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({
    route: 'files/upload',
    times: 6,
    effect: { kind: 'rateLimit', reason: 'too_many_write_operations', retryAfter: 1 },
  });
  await fixture.store.put('a.json', Buffer.from('{}'), 'absent', never);
  assert.equal(fixture.clock.sleeps.length, 6);
  for (const [n, ms] of fixture.clock.sleeps.entries()) {
    const longest = Math.min(30_000, 1000 * 2 ** n);
    assert.ok(ms >= longest / 2 && ms <= longest, `wait ${n} took ${ms} ms`);
  }
});

test('a rate limit that never ends gives up as out of time within an hour', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({
    route: 'files/list_folder',
    ...forEver,
    effect: { kind: 'rateLimit', retryAfter: 15 },
  });
  const listing = all(fixture.at('/CASES').list('', { recursive: true }, never));
  await assert.rejects(listing, { exit: 'outOfTime', code: 'RateLimited' });
  assert.ok(fixture.clock.elapsed() > 59 * MINUTE && fixture.clock.elapsed() <= 60 * MINUTE);
});

test('an outage that never ends gives up as out of time within an hour', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: '*', ...forEver, effect: { kind: 'status', status: 503, body: 'down' } });
  await assert.rejects(fixture.store.stat('a', never), { exit: 'outOfTime', code: 'RemoteUnavailable' });
  assert.ok(fixture.clock.elapsed() > 59 * MINUTE && fixture.clock.elapsed() <= 60 * MINUTE);
});

test('an outage of ten minutes is waited out', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/BACKUPS/a', 'x');
  const heal = fixture.emulator.faults.add({ route: '*', ...forEver, effect: { kind: 'reset', at: 'headers' } });
  fixture.emulator.faults.onRequest(() => {
    if (fixture.clock.elapsed() > 10 * MINUTE) heal();
  });
  assert.equal((await fixture.store.stat('a', never))?.kind, 'file');
});

test('a wait that would pass the deadline ends the run at once', async () => {
  await using fixture = await openFixture({ account: { deadline: 2 * MINUTE } });
  fixture.emulator.faults.add({
    route: 'files/list_folder',
    ...forEver,
    effect: { kind: 'rateLimit', retryAfter: 300 },
  });
  const listing = all(fixture.at('/CASES').list('', { recursive: true }, never));
  await assert.rejects(listing, { exit: 'outOfTime', code: 'RateLimited' });
  assert.equal(fixture.clock.elapsed(), 0);
});

test('what refuses a request for ever is not asked again', async () => {
  await using fixture = await openFixture();
  for (const status of [400, 403, 404]) {
    fixture.emulator.faults.add({
      route: 'files/get_metadata',
      ...forEver,
      effect: { kind: 'status', status, body: 'no' },
    });
    await assert.rejects(fixture.store.stat('a', never));
    assert.equal(fixture.emulator.stats().routes['files/get_metadata']?.requests, 1);
    fixture.emulator.faults.clear();
    fixture.emulator.resetStats();
  }
});

test('one rate limit stops all workers of an account, in both of its stores, until it is over', async () => {
  const clock = steppedClock();
  await using fixture = await openFixture({ emulator: { clock: systemClock }, account: { clock } });
  for (const name of ['a', 'b', 'c']) fixture.emulator.tree.put(`/CASES/${name}`, name);
  const stores = [fixture.at('/CASES'), fixture.at('/CASES'), fixture.at('/')];
  const files = await Promise.all(['a', 'b', 'c'].map((name) => fileAt(fixture.at('/CASES'), name)));
  fixture.emulator.faults.add({ route: 'files/download', effect: { kind: 'rateLimit', retryAfter: 120 } });
  const requests = (): number | undefined => fixture.emulator.stats().routes['files/download']?.requests;
  const load = (n: number) => stores[n]?.load(files[n] as FileEntry, never);

  const first = load(0);
  await clock.sleepers(1);
  const others = [load(1), load(2)];
  await clock.sleepers(3);
  clock.advance(119_000);
  await clock.sleepers(3);
  assert.equal(requests(), 1);
  clock.advance(14_000);
  // One after the other, at the pace after it.
  for (let left = 2; left > 0; left--) {
    await clock.sleepers(1);
    clock.advance(1000);
  }
  const loaded = await Promise.all([first, ...others]);
  assert.deepEqual(
    loaded.map((content) => content?.bytes.toString()),
    ['a', 'b', 'c'],
  );
  assert.equal(requests(), 4);
});

test('requests and waits are told to whoever counts them', async () => {
  const told: unknown[] = [];
  const events = {
    request: (...seen: unknown[]) => told.push(seen),
    wait: (kind: string) => told.push(kind),
  };
  await using fixture = await openFixture({ account: { events } });
  fixture.emulator.faults.add({ route: 'check/user', effect: { kind: 'reset', at: 'headers' } });
  fixture.emulator.faults.add({ route: 'check/user', nth: 2, effect: { kind: 'rateLimit', retryAfter: 1 } });
  await fixture.store.now(never);
  assert.deepEqual(told, [
    ['oauth2/token', 200],
    ['check/user', 'fault'],
    'fault',
    ['check/user', 429],
    'rateLimited',
    ['check/user', 200],
  ]);
});

test('a kept connection that the server has closed is replaced', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: '*', times: 9, effect: { kind: 'reset', at: 'idle' } });
  for (let n = 0; n < 5; n++) assert.equal(await fixture.store.stat(`${n}`, never), undefined);
});
