import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clip } from '../../src/api/clip.ts';

test('a clipped text has at most that many bytes and characters, begins as the text does, and is well formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, bytes) => {
      const clipped = clip(text, bytes);
      assert.ok(Buffer.byteLength(clipped) <= bytes && clipped.length <= bytes);
      if (Buffer.byteLength(text) <= bytes) return assert.equal(clipped, text);
      assert.ok(clipped.endsWith('…') && text.startsWith(clipped.slice(0, -1)) && clipped.isWellFormed());
      const next = String.fromCodePoint(text.codePointAt(clipped.length - 1) ?? 0);
      assert.ok(Buffer.byteLength(clipped + next) > bytes, 'one more character would have fitted');
    }),
  );
});

test('half a character at the cut is left out, and a megabyte is cut at once', () => {
  assert.equal(clip('漢🛂漢', 9), '漢…');
  assert.equal(clip('a\ud83d', 4), 'a\ud83d');
  assert.equal(clip('a'.repeat(1_000_000), 5), 'aa…');
});
