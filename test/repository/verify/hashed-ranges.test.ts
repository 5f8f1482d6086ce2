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
