import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { byteRun } from '../../../src/zip/read/byte-run.ts';
import { summedRanges } from '../../../src/zip/read/preceding.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect } from '../fixture.ts';

const RANGE = 4 * 1024 * 1024;
const content = randomBytes(4 * RANGE + 1000);

/** Reads from `content`, and remembers which ranges were asked for. */
function watched() {
  const asked: [offset: number, length: number][] = [];
  const read = async (offset: number, length: number): Promise<Buffer> => {
    asked.push([offset, length]);
    return content.subarray(offset, offset + length);
  };
  return { asked, read };
}

test('taken, skipped and streamed in any steps, the bytes are those of the stretch, each asked for once', async () => {
  const step = fc.record({
    how: fc.constantFrom('take', 'skip', 'chunks'),
    length: fc.oneof(fc.nat(100), fc.nat(5_000_000)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(1000), async (steps, start) => {
      const { asked, read } = watched();
      const run = byteRun(read, start, content.length);
      let at = start;
      for (const { how, length } of steps) {
        const n = Math.min(length, content.length - at);
        if (how === 'skip') await run.skip(n);
        else {
          const got = how === 'take' ? await run.take(n) : Buffer.concat(await collect(run.chunks(n)));
          assert.ok(got.equals(content.subarray(at, at + n)));
        }
        at += n;
        assert.equal(run.position, at);
      }
      let next = start;
      for (const [offset, length] of asked) {
        assert.equal(offset, next);
        assert.ok(length <= RANGE);
        next += length;
      }
    }),
    { numRuns: 40 },
  );
});

for (const atOnce of [2, 3]) {
  test(`${atOnce} ranges are asked for at once and not more, and none behind the end`, async () => {
    const { asked, read } = watched();
    const run = byteRun(read, 0, content.length, atOnce);
    assert.deepEqual(asked, []);
    await run.take(1);
    const ranges = [0, 1, 2, 3, 4].map((n) => [n * RANGE, n < 4 ? RANGE : 1000]);
    assert.deepEqual(asked, ranges.slice(0, atOnce));
    await run.skip(RANGE);
    assert.equal(asked.length, atOnce + 1);
    await run.skip(content.length - run.position);
    assert.deepEqual(asked, ranges);
  });
}

test('what goes on behind the end of the stretch is damage, taken whole, in chunks or skipped', async () => {
  const { read } = watched();
  for (const work of [
    byteRun(read, 0, 10).take(11),
    byteRun(read, 0, 10).skip(11),
    collect(byteRun(read, 0, 10).chunks(11)),
  ]) {
    assert.match(String(await failureOf(work)), /something that starts before byte 10 goes on behind it/);
  }
});

test('a failed read is thrown where its bytes are wanted, not before', async () => {
  const run = byteRun(
    async (offset) => {
      if (offset > 0) throw new Error('connection reset');
      return content.subarray(0, RANGE);
    },
    0,
    content.length,
  );
  await run.take(RANGE);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(run.take(1), /connection reset/);
});

test('the sum of the front is that of its bytes whatever is read behind it, and of nothing less', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(3000), fc.integer({ min: 1, max: 700 }), async (bytes, step) => {
      const expected = { bytes, crc32: crc32(content.subarray(0, bytes)) };
      const { read } = watched();
      const summed = summedRanges(read, expected);
      for (let at = 0; at < 3100; at += step) {
        assert.ok((await summed.read(at, step)).equals(content.subarray(at, at + step)));
        if (at + step < bytes) assert.throws(() => summed.check(), { code: 'CorruptArchive' });
      }
      summed.check();
      const other = summedRanges(read, { bytes, crc32: expected.crc32 ^ 1 });
      await other.read(0, 3100);
      assert.throws(() => other.check(), /its first \d+ bytes are not those that were written/);
    }),
  );
});

test('the sum of the front is the same when its ranges are asked for at once and come in any order', async () => {
  const { read } = watched();
  const waits: (() => void)[] = [];
  const late = async (offset: number, length: number): Promise<Buffer> => {
    await new Promise<void>((resolve) => waits.push(resolve));
    return await read(offset, length);
  };
  const summed = summedRanges(late, { bytes: 3500, crc32: crc32(content.subarray(0, 3500)) });
  const ranges = [0, 1000, 2000, 3000].map((offset) => summed.read(offset, 1000));
  for (const at of [2, 3, 0, 1]) {
    waits[at]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(ranges);
  summed.check();
});
