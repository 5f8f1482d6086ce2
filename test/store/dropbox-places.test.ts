import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/host/clock.ts';
import type { AccountOptions } from '../../src/store/dropbox/api/account.ts';
import type { FileEntry, Source, Store } from '../../src/store/store.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { fileAt, MIB, never } from './conformance/fixture.ts';
import { contentOf, type Fixture, openFixture } from './dropbox-fixture.ts';

/** An account with so many places, and so many files of so many bytes. */
async function withPlaces(
  places: number,
  files: number,
  bytes: number,
  account: Partial<AccountOptions> = {},
): Promise<{ fixture: Fixture; store: Store & Source; files: FileEntry[] }> {
  const fixture = await openFixture({
    emulator: { clock: systemClock },
    account: { maxConcurrentDownloads: places, ...account },
  });
  const names = Array.from({ length: files }, (_, n) => `${n}.bin`);
  for (const [seed, name] of names.entries()) fixture.emulator.tree.put(`/CASES/${name}`, { size: bytes, seed });
  const store = fixture.at('/CASES');
  return { fixture, store, files: await Promise.all(names.map((name) => fileAt(store, name))) };
}

const downloads = ({ emulator }: Fixture) => emulator.stats().routes['files/download'];

test('no more downloads than there are places are under way at once, in all stores of an account together', async () => {
  const { fixture, files } = await withPlaces(3, 24, 100_000);
  await using _ = fixture;
  const { faults } = fixture.emulator;
  faults.add({ route: 'files/download', times: 48, effect: { kind: 'delay', ms: 20 } });
  const stores = [fixture.at('/CASES'), fixture.at('/CASES')];
  await Promise.all(
    files.map(async (file, n) => {
      const store = stores[n % 2] as Store;
      const { bytes } = n % 3 === 0 ? { bytes: await contentOf(store, file) } : await store.load(file, never);
      assert.deepEqual(await store.readRange(file, 5, 10, never), bytes.subarray(5, 15));
    }),
  );
  assert.deepEqual([downloads(fixture)?.requests, downloads(fixture)?.maxInFlight], [48, 3]);
});

test('whoever came first has the next place', async () => {
  const { fixture, store, files } = await withPlaces(1, 12, 10);
  await using _ = fixture;
  const asked = files.map((file) => store.load(file, never));
  await Promise.all(asked);
  const revs = fixture.emulator.requests().flatMap(({ route, args }) => (route === 'files/download' ? [args] : []));
  assert.deepEqual(
    revs,
    files.map(({ rev }) => ({ path: `rev:${rev}` })),
  );
});

test('lookups, listings and changes need no place', async () => {
  const { fixture, store, files } = await withPlaces(1, 1, 6 * MIB);
  await using _ = fixture;
  const stop = new AbortController();
  const reading = store.stream(files[0] as FileEntry, stop.signal);
  await reading.next();
  const waiting = store.load(files[0] as FileEntry, stop.signal);
  assert.equal((await store.stat('0.bin', never))?.kind, 'file');
  for await (const page of store.list('', { recursive: true }, never)) assert.equal(page.kind, 'entries');
  await store.put('a.json', Buffer.from('{}'), 'absent', never);
  assert.equal(downloads(fixture)?.requests, 1);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(async () => {
    for (;;) await reading.next();
  });
});

const ENDINGS: readonly (readonly [string, Effect])[] = [
  ['is refused', { kind: 'refusal', error: 'path/not_found' }],
  ['is cut before its answer', { kind: 'reset', at: 'headers' }],
  ['is cut in its body', { kind: 'reset', at: 'responseBody', afterBytes: 1000 }],
  ['falls silent', { kind: 'hang', at: 'body', afterBytes: 1000 }],
  ['is rate limited', { kind: 'rateLimit', retryAfter: 1 }],
  ['fails at the server', { kind: 'status', status: 503, body: 'down' }],
  ['is told that it came too late', { kind: 'status', status: 408, body: '' }],
  ['has a login page for an answer', { kind: 'status', status: 200, body: '<html>', contentType: 'text/html' }],
  ['comes coded', { kind: 'gzip' }],
  ['needs a new token', { kind: 'unauthorised', tag: 'expired_access_token' }],
];

for (const [what, effect] of ENDINGS)
  test(`a download that ${what} gives its place back`, async () => {
    const { fixture, store, files } = await withPlaces(1, 2, 200_000, { idleMs: 500 });
    await using _ = fixture;
    fixture.emulator.faults.add({ route: 'files/download', effect });
    const [first, second] = await Promise.allSettled(files.map((file) => store.load(file, never)));
    assert.equal(second?.status, 'fulfilled');
    if (effect.kind !== 'refusal') assert.equal(first?.status, 'fulfilled');
    assert.equal(downloads(fixture)?.maxInFlight, 1);
  });

test('a place that is left early, or waited for in vain, is had by the next', async () => {
  const { fixture, store, files } = await withPlaces(1, 3, 8 * MIB);
  await using _ = fixture;
  const [a, b, c] = files as [FileEntry, FileEntry, FileEntry];
  const stop = new AbortController();
  const left = store.stream(a, never);
  await left.next();
  const inVain = store.load(b, stop.signal);
  await turn();
  stop.abort(new Error('enough'));
  await assert.rejects(inVain, /enough/);
  const next = store.load(c, never);
  await left.return({} as never);
  assert.equal((await next).bytes.length, 8 * MIB);
});

test('a download that nobody reads on lends its place, and has its bytes all the same', async () => {
  const { fixture, store, files } = await withPlaces(1, 2, 6 * MIB, { idleMs: 600 });
  await using _ = fixture;
  const [a, b] = files as [FileEntry, FileEntry];
  const standing = store.stream(a, never);
  const first = await standing.next();
  const other = await store.load(b, never);
  assert.equal(other.bytes.length, 6 * MIB);
  let length = (first.value as Buffer).length;
  for (let next = await standing.next(); !next.done; next = await standing.next()) length += next.value.length;
  assert.equal(length, 6 * MIB);
});
