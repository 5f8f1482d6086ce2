import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashBytes } from '../../src/store/content-hash.ts';
import { createPartHasher } from '../../src/store/dropbox/upload/part-hasher.ts';
import { cutParts, type Part, partPool } from '../../src/store/dropbox/upload/parts.ts';
import { inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { all, openFixture } from './dropbox-fixture.ts';

async function cut(size: number, partBytes: number, chunk: number): Promise<{ sizes: number[]; bytes: Buffer }> {
  const sizes: number[] = [];
  const copies: Buffer[] = [];
  for await (const part of cutParts(inChunks(pattern(size), chunk), partPool(partBytes, 2))) {
    sizes.push(part.isLast ? -part.bytes.length : part.bytes.length);
    copies.push(Buffer.from(part.bytes));
    part.release();
  }
  return { sizes, bytes: Buffer.concat(copies) };
}

test('a stream is cut into full parts and one last part, which is never empty unless the stream is', async () => {
  for (const [size, expected] of [
    [0, [-0]],
    [1, [-1]],
    [16, [-16]],
    [17, [16, -1]],
    [32, [16, -16]],
    [50, [16, 16, 16, -2]],
  ] as const) {
    for (const chunk of [1, 5, 16, 100]) {
      const { sizes, bytes } = await cut(size, 16, chunk);
      assert.deepEqual(sizes, expected, `${size} bytes in chunks of ${chunk}`);
      assert.deepEqual(bytes, pattern(size));
    }
  }
});

test('buffers are made when needed and reused, and with all of them out the next part waits', async () => {
  const parts = cutParts(inChunks(pattern(100), 7), partPool(10, 3));
  const first = await parts.next();
  const second = await parts.next();
  const third = await parts.next();
  let hasCome = false;
  const fourth = parts.next().then((part) => {
    hasCome = true;
    return part;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(hasCome, false);
  (second.value as Part).release();
  const stores = [first, third, await fourth].map((part) => (part.value as Part).bytes.buffer);
  assert.equal(new Set(stores).size, 3);
  assert.equal((await fourth).value.offset, 30);
});

test('at the end the memory of the buffers is given back, but for one that is still out', async () => {
  const pool = partPool(1 << 20, 3);
  const [first, second, out] = [await pool.take(), await pool.take(), await pool.take()];
  pool.release(first);
  pool.release(second);
  pool.end();
  assert.deepEqual([first.length, second.length, out.length], [0, 0, 1 << 20]);
});

test('the hash of the parts is the content_hash of the whole, and of each part', () => {
  for (const size of [0, 1, 4 * MIB, 4 * MIB + 1, 21 * MIB]) {
    const bytes = pattern(size);
    const hasher = createPartHasher();
    for (let at = 0; at === 0 || at < size; at += 8 * MIB) {
      const part = bytes.subarray(at, at + 8 * MIB);
      assert.equal(hasher.part(part), hashBytes(part).contentHash);
    }
    assert.equal(hasher.whole(), hashBytes(bytes).contentHash);
  }
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
