import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBack } from '../../src/host/memory.ts';

test('the memory of a large buffer is given back at once, and whoever still looks finds it empty', () => {
  const bytes = Buffer.allocUnsafeSlow(1 << 20);
  const piece = bytes.subarray(10, 20);
  giveBack(bytes);
  assert.equal(bytes.length, 0);
  assert.equal(piece.length, 0);
});

test('a small buffer, which may be a piece of one that node shares out, is left alone', () => {
  const [bytes, neighbour] = [Buffer.from('a text'), Buffer.from('another')];
  giveBack(bytes);
  assert.equal(bytes.toString(), 'a text');
  assert.equal(neighbour.toString(), 'another');
});
