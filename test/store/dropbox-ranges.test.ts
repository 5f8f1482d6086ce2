import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBack } from '../../src/host/memory.ts';
import { createHasher } from '../../src/store/content-hash.ts';
import type { Emulator } from '../dropbox/emulator.ts';
import { digestOf, drained, MIB, never } from './conformance/fixture.ts';
import { countedRoom } from './counted-room.ts';
import { openFixture } from './dropbox-fixture.ts';
import { assertWhole, DOWNLOAD, downloads, putLarge, RANGES } from './large-file.ts';

/** Holds the downloads until so many are under way at once, then lets all through. */
function heldUntil(emulator: Emulator, count: number): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  let under = 0;
  emulator.faults.onRequest(async ({ route }) => {
    if (route !== DOWNLOAD) return;
    under += 1;
    if (under === count) resolve();
    await promise;
  });
}

test('a large file comes in ranges that are under way side by side, in order', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(256 * MIB);
  heldUntil(fixture.emulator, 6);
  assertWhole(large, await drained(large.store.stream(large.file, never, room)));
  const asked = fixture.emulator.requests().filter(({ route }) => route === DOWNLOAD);
  assert.equal(asked.length, RANGES);
  assert.ok(asked.every(({ headers, status }) => status === 206 && /^bytes=\d+-\d+$/.test(String(headers['range']))));
  assert.ok(asked.every(({ args }) => JSON.stringify(args) === JSON.stringify({ path: `rev:${large.file.rev}` })));
  assert.equal(room.held, 0);
});

test('ranges behind the beginning are of several sizes, so that they do not end together', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture, 56 * MIB);
  assertWhole(large, await drained(large.store.stream(large.file, never, countedRoom(64 * MIB))));
  const ranges = fixture.emulator.requests().map(({ headers }) => /^bytes=(\d+)-(\d+)$/.exec(String(headers['range'])));
  const behind = ranges.filter((range) => Number(range?.[1]) >= 32 * MIB);
  const sizes = behind.map((range) => (Number(range?.[2]) + 1 - Number(range?.[1])) / MIB);
  assert.deepEqual(sizes.sort(), [1, 1, 2, 2, 2, 2, 3, 3, 4, 4]);
});

for (const pieces of [1, 3]) {
  test(`a large file comes with room for ${pieces} of its pieces, of which no more are held`, async () => {
    await using fixture = await openFixture();
    const large = await putLarge(fixture);
    const room = countedRoom(4 * pieces * MIB);
    assertWhole(large, await drained(large.store.stream(large.file, never, room)));
    assert.equal(room.mostHeld, 4 * pieces * MIB);
    assert.equal(room.held, 0);
    assert.equal(downloads(fixture.emulator), RANGES);
  });
}

test('pieces come ahead while the reader still has the first, and none before it has asked', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(16 * MIB);
  const stream = large.store.stream(large.file, never, room);
  assert.equal(downloads(fixture.emulator), 0);
  const arrived = Promise.withResolvers<void>();
  fixture.emulator.faults.onRequest(() => void (downloads(fixture.emulator) >= 4 && arrived.resolve()));
  const first = await stream.next();
  await arrived.promise;
  assert.equal(room.held, 16 * MIB);
  const { chunks, digest } = await drained(stream);
  assertWhole(large, { chunks: [first.value as Buffer, ...chunks], digest });
  assert.equal(room.held, 0);
});

test('without room a large file comes over one connection, and a small one does with room for more', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  assertWhole(large, await drained(large.store.stream(large.file, never)));
  assert.equal(downloads(fixture.emulator), 1);
  const small = await putLarge(fixture, 7 * MIB);
  const room = countedRoom(64 * MIB);
  assertWhole(small, await drained(small.store.stream(small.file, never, room)));
  assert.equal(downloads(fixture.emulator), 2);
  assert.equal(room.held, 0);
});

for (const [how, bytes] of [
  ['ahead', 8 * MIB],
  ['in turn', undefined],
] as const) {
  test(`a reader may give back the memory of each piece that came ${how} before the next`, {
    timeout: 20_000,
  }, async () => {
    await using fixture = await openFixture();
    const large = await putLarge(fixture);
    const room = bytes === undefined ? undefined : countedRoom(bytes);
    const digest = createHasher();
    for await (const piece of large.store.stream(large.file, never, room)) {
      digest.update(piece);
      giveBack(piece);
    }
    assert.deepEqual(digest.digest(), digestOf(large.bytes));
    assert.equal(room?.held ?? 0, 0);
  });
}
