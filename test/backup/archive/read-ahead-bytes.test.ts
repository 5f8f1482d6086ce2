import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAheadBytes } from '../../../src/backup/archive/read-ahead-bytes.ts';

const MIB = 1024 * 1024;
/** The parts of an upload by default: 8 of 8 MiB. */
const PARTS = 64 * MIB;

test('the container of 512 MiB that a pod has by default holds a window of 192 MiB', () => {
  assert.equal(readAheadBytes(512 * MIB, PARTS), 192 * MIB);
});

test('a container of 256 MiB holds a window of 32 MiB', () => {
  assert.equal(readAheadBytes(256 * MIB, PARTS), 32 * MIB);
});

test('where no limit is known it is as in the default container', () => {
  assert.equal(readAheadBytes(undefined, PARTS), readAheadBytes(512 * MIB, PARTS));
});

test('larger parts leave less to read ahead', () => {
  assert.equal(readAheadBytes(512 * MIB, 8 * 32 * MIB), 96 * MIB);
});

test('a folder as destination leaves more than an upload does', () => {
  assert.equal(readAheadBytes(256 * MIB, 0), 96 * MIB);
});

test('whatever the limit, there is a window, and never more than 192 MiB', () => {
  fc.assert(
    fc.property(fc.option(fc.nat(2 ** 40), { nil: undefined }), fc.nat(16 * 148), (limit, parts) => {
      const bytes = readAheadBytes(limit, parts * MIB);
      assert.ok(bytes >= 16 * MIB && bytes <= 192 * MIB, String(bytes));
    }),
  );
});
