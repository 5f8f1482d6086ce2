import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { BLOCK_BYTES, deflateBlocks } from '../../../src/zip/write/block-deflate.ts';
import { collect } from '../fixture.ts';

async function* inChunks(content: Buffer, size: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const deflated = async (content: Buffer, chunk: number, parallel: number): Promise<Buffer> =>
  Buffer.concat(await collect(deflateBlocks(inChunks(content, chunk), parallel)));

const words = Buffer.from(Array.from({ length: 90_000 }, (_, i) => `letter ${i % 977} of ${i}, `).join(''));

test('blocks make one deflate stream of the same content, wherever the borders of blocks and chunks fall', async () => {
  const length = fc.oneof(
    ...[0, 1, 2].map((n) => fc.integer({ min: Math.max(0, n * BLOCK_BYTES - 2), max: n * BLOCK_BYTES + 2 })),
    fc.nat(2 * BLOCK_BYTES),
  );
  const content = Buffer.alloc(2 * BLOCK_BYTES + 2, words);
  await fc.assert(
    fc.asyncProperty(
      length,
      fc.integer({ min: 500, max: 3_000_000 }),
      fc.integer({ min: 1, max: 4 }),
      async (n, c, p) => {
        const given = content.subarray(0, n);
        assert.ok(inflateRawSync(await deflated(given, c, p)).equals(given));
      },
    ),
    { numRuns: 25 },
  );
});

test('noise comes through, and grows by less than a thousandth', async () => {
  const noise = randomBytes(3 * BLOCK_BYTES + 17);
  const body = await deflated(noise, 64 * 1024, 3);
  assert.ok(inflateRawSync(body).equals(noise));
  assert.ok(body.length < noise.length * 1.001, `${body.length}`);
});

test('a block knows the one before it: a repeated megabyte boundary costs no second dictionary', async () => {
  const page = randomBytes(16 * 1024);
  const twice = Buffer.concat([Buffer.alloc(BLOCK_BYTES - page.length), page, page]);
  const body = await deflated(twice, BLOCK_BYTES, 2);
  assert.ok(inflateRawSync(body).equals(twice));
  assert.ok(body.length < 1.2 * page.length, `${body.length}`);
});

test('the chunks of the source may be used again once the next one was asked for', async () => {
  const chunk = Buffer.alloc(100_000);
  const reused = async function* (): AsyncGenerator<Buffer, void, void> {
    for (let i = 0; i < 30; i++) yield chunk.fill(i);
  };
  const content = inflateRawSync(Buffer.concat(await collect(deflateBlocks(reused(), 3))));
  for (let i = 0; i < 30; i++) assert.ok(content.subarray(i * 100_000, (i + 1) * 100_000).every((byte) => byte === i));
});

test('an error of the source passes through, and a consumer that leaves stops the source', async () => {
  const failing = async function* (): AsyncGenerator<Buffer, void, void> {
    yield Buffer.alloc(3 * BLOCK_BYTES);
    throw new Error('connection reset');
  };
  await assert.rejects(collect(deflateBlocks(failing(), 2)), /connection reset/);
  let isClosed = false;
  const endless = async function* (): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) yield words;
    } finally {
      isClosed = true;
    }
  };
  for await (const _ of deflateBlocks(endless(), 2)) break;
  assert.ok(isClosed);
});
