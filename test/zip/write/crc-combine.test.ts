import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { combineCrc32 } from '../../../src/zip/write/crc-combine.ts';

test('the sum of two pieces is that of their concatenation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.uint8Array({ maxLength: 5000 }), (first, second) => {
      const whole = crc32(Buffer.concat([first, second]));
      assert.equal(combineCrc32(crc32(first), crc32(second), second.length), whole);
    }),
  );
});

test('a second piece of hundreds of megabytes is as good as a short one', () => {
  const piece = Buffer.alloc(1024 * 1024, 'case ');
  let second = 0;
  let whole = crc32('begin');
  for (let i = 0; i < 300; i++) {
    second = crc32(piece, second);
    whole = crc32(piece, whole);
  }
  assert.equal(combineCrc32(crc32('begin'), second, 300 * piece.length), whole);
});

test('nothing appended changes nothing, and lengths beyond 4 GiB add up', () => {
  assert.equal(combineCrc32(0xdeadbeef, 0, 0), 0xdeadbeef);
  for (const length of [2 ** 32, 2 ** 33 + 5]) {
    const half = Math.floor(length / 2);
    const inTwo = combineCrc32(combineCrc32(0x12345678, 0, half), 0, length - half);
    assert.equal(combineCrc32(0x12345678, 0, length), inTwo);
  }
});
