import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { BLOCK_BYTES, createContentHasher, createHasher, hashBytes } from '../../src/store/content-hash.ts';
import { pattern } from './conformance/fixture.ts';

/** Of the real service, except the zeros, which are computed by another implementation. */
const VECTORS: readonly (readonly [string, Buffer, string])[] = [
  ['nothing', Buffer.alloc(0), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['Hello', Buffer.from('Hello Dropbox!'), '16dff8700700b9aa627e24bbf832940c084b41ade5c5d6fe5417963a547ed9c2'],
  ['Hola', Buffer.from('Hola Dropbox!'), '6e50b8ff301198b6715ed02ece1ff8a9983c6e9aa71bc561e14e2c514d7868cd'],
  ['a line', Buffer.from('Test data\n'), '709a5cf259366d6ca6b2fa4d3b53c02f5ce2b2764e9d580711e3ffd24d79f5e9'],
  ['one block', Buffer.alloc(BLOCK_BYTES), 'c7e946d101855255d919ef0c70718633adf77d3dfb3adeeecf5d0cb4e951be58'],
  [
    'one block and a byte',
    Buffer.alloc(BLOCK_BYTES + 1),
    '14a4d47f23a30177885d9820122f17d2d3a55fe63f7f5c27b95f689e0b2accd6',
  ],
  ['two blocks', Buffer.alloc(2 * BLOCK_BYTES), '03ae066c707c588592d9e27aa2444ca98423e0999024f1ceaa11a153790b37de'],
];

describe('content_hash', () => {
  for (const [name, bytes, contentHash] of VECTORS) {
    const digest = { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), contentHash };

    it(`of ${name} is what Dropbox says, from whole bytes`, () => {
      assert.deepEqual(hashBytes(bytes), digest);
    });

    it(`of ${name} is the same from chunks of any size`, () => {
      for (const chunk of [7, 65_536, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES]) {
        if (bytes.length / chunk > 200) continue;
        const [both, alone] = [createHasher(), createContentHasher()];
        for (let at = 0; at < bytes.length; at += chunk) {
          both.update(bytes.subarray(at, at + chunk));
          alone.update(bytes.subarray(at, at + chunk));
        }
        assert.deepEqual(both.digest(), digest);
        assert.equal(alone.digest(), contentHash);
      }
    });
  }

  it('depends on the order of the blocks', () => {
    const bytes = pattern(2 * BLOCK_BYTES);
    const swapped = Buffer.concat([bytes.subarray(BLOCK_BYTES), bytes.subarray(0, BLOCK_BYTES)]);
    assert.notEqual(hashBytes(bytes).contentHash, hashBytes(swapped).contentHash);
  });
});
