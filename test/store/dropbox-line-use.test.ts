import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { createLineUse } from '../../src/store/dropbox/api/line-use.ts';
import { createPlaces, type Place } from '../../src/store/dropbox/api/places.ts';
import { MIB, never } from './conformance/fixture.ts';

const LEAST = 8 * MIB;
const MOST = 32 * MIB;

interface Line {
  readonly bytesPerSecond: number;
  readonly waitMs: number;
}

/** What is of use on it after three seconds. */
function ofUse({ bytesPerSecond, waitMs }: Line): number {
  const use = createLineUse();
  for (let now = 0; now <= 3000; now += 10) {
    use.answered(waitMs + (now % 70));
    use.brought(bytesPerSecond / 100, now);
  }
  return use.bytesOfUse(3000);
}

test('before the first second is over as much as may ever be is of use', () => {
  const use = createLineUse();
  assert.equal(use.bytesOfUse(0), MOST);
  use.answered(20);
  use.brought(1000, 5000);
  assert.equal(use.bytesOfUse(5999), MOST);
  assert.equal(use.bytesOfUse(6000), LEAST);
});

for (const [what, line, expected] of [
  ['of 20 ms and 200 Mbit/s', { bytesPerSecond: 25e6, waitMs: 20 }, LEAST],
  ['of 100 ms and 400 Mbit/s', { bytesPerSecond: 50e6, waitMs: 100 }, 20e6],
  ['of 100 ms and 1 Gbit/s', { bytesPerSecond: 125e6, waitMs: 100 }, MOST],
] as const) {
  test(`on a line ${what}, ${Math.round(expected / MIB)} MiB are of use`, () => {
    assert.ok(Math.abs(ofUse(line) - expected) < 0.03 * expected, String(ofUse(line)));
  });
}

test('whatever passes, what is of use stays between 8 and 32 MiB, and is never less than twice what the line holds, up to that', () => {
  fc.assert(
    fc.property(fc.nat(400e6), fc.integer({ min: 1, max: 5000 }), (bytesPerSecond, waitMs) => {
      const use = ofUse({ bytesPerSecond, waitMs });
      assert.ok(use >= LEAST && use <= MOST);
      assert.ok(use >= Math.min(MOST, (2 * bytesPerSecond * waitMs) / 1000));
    }),
  );
});

test('what has not moved for a second leaves the least', () => {
  const use = createLineUse();
  use.answered(100);
  for (let now = 0; now < 2000; now += 10) use.brought(1e6, now);
  assert.equal(use.bytesOfUse(2000), MOST);
  assert.equal(use.bytesOfUse(3500), LEAST);
});

/** How many of `bytes` each get a place before any is left. */
async function placed(
  bytes: number,
  count: number,
): Promise<{ readonly held: Place[]; readonly places: ReturnType<typeof createPlaces> }> {
  const places = createPlaces(count, { elapsed: () => 0 });
  const held: Place[] = [];
  for (let n = 0; n < 100; n++) void places.take(bytes, never).then((place) => held.push(place));
  await turn();
  return { held, places };
}

test('places are bounded by number for small downloads, and by bytes for large ones', async () => {
  assert.equal((await placed(1000, 64)).held.length, 64);
  assert.equal((await placed(MIB, 64)).held.length, 32);
  assert.equal((await placed(4 * MIB, 64)).held.length, 8);
  // A file of any size over one connection is on the line with no more than 4 MiB.
  assert.equal((await placed(2e9, 64)).held.length, 8);
  assert.equal((await placed(2e9, 3)).held.length, 3);
});

test('one that leaves lets in as many as there is room for then, in their order, and only once', async () => {
  const { held, places } = await placed(4 * MIB, 64);
  let small = 0;
  for (let n = 0; n < 10; n++) void places.take(10, never).then(() => (small += 1));
  await turn();
  held[0]?.leave();
  held[0]?.leave();
  await turn();
  assert.deepEqual([held.length, small], [9, 0]);
  for (let n = 1; n < 100; n++) {
    held[n]?.leave();
    await turn();
  }
  assert.deepEqual([held.length, small], [100, 10]);
});
