import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockDigests, hashBytes } from '../../src/store/content-hash.ts';
import { partPool } from '../../src/store/dropbox/upload/part-pool.ts';
import { wholeBlocks } from '../../src/store/dropbox/upload/part-size.ts';
import { fillParts, type Part } from '../../src/store/dropbox/upload/parts.ts';
import { inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { all, openFixture } from './dropbox-fixture.ts';

/** What is left is cut off wherever a chunk ends at one of `cuts`, if it holds a block. */
async function partsOf(size: number, chunk: number, cuts: readonly number[] = []): Promise<Part[]> {
  const pool = partPool(PART, 100);
  const filling = fillParts(pool, { blocks: async (bytes) => blockDigests(bytes) });
  const parts: Part[] = [];
  for await (const piece of inChunks(pattern(size), chunk)) {
    for (let at = 0; at < piece.length; ) {
      if (filling.left.length === PART) parts.push(filling.cut(PART));
      at += filling.add(piece.subarray(at));
    }
    const whole = wholeBlocks(filling.left.length);
    if (cuts.includes(filling.before + filling.left.length) && whole > 0) parts.push(filling.cut(whole));
  }
  const { whole, last, contentHash } = filling.end();
  assert.equal(await contentHash, hashBytes(pattern(size)).contentHash);
  return [...parts, ...(whole ? [whole] : []), last];
}

const PART = 12 * MIB;

test('a stream is cut into full parts, whole blocks, and a last part of less than one', async () => {
  for (const [size, expected] of [
    [0, [0]],
    [1, [1]],
    [4 * MIB, [4 * MIB, 0]],
    [PART, [PART, 0]],
    [PART + 1, [PART, 1]],
    [2 * PART + 9 * MIB + 5, [PART, PART, 8 * MIB, MIB + 5]],
  ] as const) {
    for (const chunk of [300_000, 5 * MIB, 100 * MIB]) {
      const parts = await partsOf(size, chunk);
      assert.deepEqual(
        parts.map(({ bytes }) => bytes.length),
        expected,
      );
      assert.deepEqual(
        parts.map(({ isLast }) => isLast),
        expected.map((_, index) => index === expected.length - 1),
      );
    }
  }
});

test('wherever it is cut, the parts are the stream, and each has its content_hash', async () => {
  const size = 41 * MIB;
  const cuts = [5 * MIB, 6 * MIB, 13 * MIB, 21 * MIB, 30 * MIB];
  const parts = await partsOf(size, MIB, cuts);
  assert.deepEqual(
    parts.map(({ bytes }) => bytes.length / MIB),
    [4, 8, 8, 8, 12, 1],
  );
  let offset = 0;
  for (const part of parts) {
    assert.equal(part.offset, offset);
    assert.equal(await part.hash, hashBytes(part.bytes).contentHash);
    offset += part.bytes.length;
  }
  assert.ok(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(pattern(size)));
});

test('buffers are made when needed and reused, and with all of them out the next one is waited for', async () => {
  const pool = partPool(10, 2);
  const [first] = [pool.take(), pool.take()];
  assert.equal(pool.hasFree, false);
  assert.throws(() => pool.take(), /in use/);
  let isFree = false;
  const waiting = pool.free().then(() => (isFree = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isFree, false);
  pool.release(first);
  await waiting;
  assert.equal(pool.take(), first);
});

test('an upload of 256 MiB holds no more than its part buffers', async () => {
  await using fixture = await openFixture();
  const chunk = pattern(MIB);
  let peak = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (let n = 0; n < 256; n++) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      yield chunk;
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  assert.equal((await fixture.store.write('x.zip', source(), {}, never)).size, 256 * MIB);
  // Four buffers of 4 MiB, and what the emulator in the same process has in its hands.
  assert.ok(peak - before < 96 * MIB, `${Math.round((peak - before) / MIB)} MiB more than before`);
  assert.equal((await all(fixture.store.list('', { recursive: true }, never))).length, 1);
});
