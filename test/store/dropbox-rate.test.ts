import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { fileAt, never } from './conformance/fixture.ts';
import { openFixture } from './dropbox-fixture.ts';

const DOWNLOADS = 64;

test('a lease is renewed at once while 64 downloads wait for a limit of ten calls a second', async () => {
  const told: (number | undefined)[] = [];
  await using fixture = await openFixture({
    emulator: { clock: systemClock, rateLimit: { requests: 10, perMs: 1000, retryAfterSeconds: 1 } },
    account: { clock: systemClock, maxConcurrentDownloads: DOWNLOADS, events: { pace: (rate) => told.push(rate) } },
  });
  const { emulator } = fixture;
  emulator.tree.put('/CASES/a.txt', 'x');
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.txt');
  const lease = await fixture.store.put('lease.json', Buffer.from('1'), 'absent', never);

  const stop = new AbortController();
  let begun = 0;
  let renewal: Promise<number> | undefined;
  let asked = 0;
  const renewed = Promise.withResolvers<void>();
  emulator.faults.onRequest(({ route, number }) => {
    if (route === 'files/upload') return renewed.resolve();
    if (++begun !== 2 * DOWNLOADS) return;
    asked = number;
    const after = (): number => emulator.requests().at(-1)?.number ?? 0;
    renewal = fixture.store.put('lease.json', Buffer.from('2'), lease, never).then(after);
  });
  const worker = async (): Promise<void> => {
    while (!stop.signal.aborted) await store.load(file, stop.signal).catch(() => undefined);
  };
  const workers = Array.from({ length: DOWNLOADS }, worker);
  await renewed.promise;
  const between = (await renewal) ?? 0;
  stop.abort(new Error('enough'));
  await Promise.all(workers);
  assert.ok(between - asked <= 5, `${between - asked} calls went out before the lease's`);
  assert.ok((told.at(-1) ?? 0) <= 20, `${told} calls a second`);
});

test('without a refusal nothing is held back', async () => {
  const told: unknown[] = [];
  await using fixture = await openFixture({ account: { events: { pace: (rate) => told.push(rate) } } });
  fixture.emulator.tree.put('/CASES/a.txt', 'x');
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.txt');
  await Promise.all(Array.from({ length: 200 }, () => store.load(file, never)));
  assert.deepEqual([told, fixture.clock.sleeps], [[], []]);
});
