import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashedRanges } from '../../../src/repository/verify/hashed-ranges.ts';
import { hashBytes } from '../../../src/store/content-hash.ts';

const SIZE = 9_000_000;
const object = Buffer.alloc(SIZE);
for (let at = 0; at < SIZE; at += 4) object.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
const { contentHash } = hashBytes(object);

test('however a reader jumps about, the content_hash is that of the whole object, and each byte comes as it is', async () => {
  const range = fc.tuple(fc.integer({ min: 0, max: SIZE - 1 }), fc.integer({ min: 1, max: 3_000_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 12 }), async (ranges) => {
      const hashed = hashedRanges(async (offset, length) => object.subarray(offset, offset + length), SIZE);
      for (const [offset, length] of ranges) {
        const end = Math.min(SIZE, offset + length);
        assert.ok((await hashed.read(offset, end - offset)).equals(object.subarray(offset, end)));
      }
      assert.equal(await hashed.contentHash(), contentHash);
    }),
    { numRuns: 60 },
  );
});

test('what was read in order is not read again for the hash', async () => {
  let read = 0;
  const hashed = hashedRanges(async (offset, length) => {
    read += length;
    return object.subarray(offset, offset + length);
  }, SIZE);
  for (let at = 0; at < SIZE; at += 1_000_000) await hashed.read(at, 1_000_000);
  assert.equal(await hashed.contentHash(), contentHash);
  assert.equal(read, SIZE);
});

test('ranges that are asked for at once are hashed in their order, however they come, and none is read again', async () => {
  const waits: (() => void)[] = [];
  let read = 0;
  const hashed = hashedRanges(async (offset, length) => {
    read += length;
    await new Promise<void>((resolve) => waits.push(resolve));
    return object.subarray(offset, offset + length);
  }, SIZE);
  const ranges = Array.from({ length: 9 }, (_, n) => hashed.read(n * 1_000_000, 1_000_000));
  const digest = hashed.contentHash();
  for (const resolve of waits.reverse()) {
    resolve();
    await new Promise((done) => setImmediate(done));
  }
  assert.ok((await ranges[3])?.equals(object.subarray(3_000_000, 4_000_000)));
  assert.equal(await digest, contentHash);
  assert.equal(read, SIZE);
});

test('a range that could not be read ends the hash with its error', async () => {
  const hashed = hashedRanges(async (offset, length) => {
    if (offset === 1_000_000) throw new Error('connection reset');
    return object.subarray(offset, offset + length);
  }, SIZE);
  const ranges = [0, 1_000_000, 2_000_000].map((offset) => hashed.read(offset, 1_000_000));
  await assert.rejects(hashed.contentHash(), /connection reset/);
  assert.deepEqual(
    (await Promise.allSettled(ranges)).map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
});
