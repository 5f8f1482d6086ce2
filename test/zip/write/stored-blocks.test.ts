import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { storedBlocks } from '../../../src/zip/write/stored-blocks.ts';
import { collect } from '../fixture.ts';

test('stored blocks inflate to the same bytes, however the content is cut into chunks', async () => {
  const lengths = fc.array(fc.oneof(fc.constantFrom(0, 1, 65_534, 65_535, 65_536, 131_070), fc.nat(200_000)), {
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(lengths, async (sizes) => {
      const chunks = sizes.map((size) => randomBytes(size));
      const framed = Buffer.concat(await collect(storedBlocks(chunksOf(chunks))));
      assert.ok(inflateRawSync(framed).equals(Buffer.concat(chunks)));
      assert.ok(framed.length <= Buffer.concat(chunks).length * 1.0001 + 5 * (chunks.length + 1));
    }),
    { numRuns: 50 },
  );
});

async function* chunksOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
