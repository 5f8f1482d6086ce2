import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { type Content, wholeCompressor } from '../../../src/zip/write/compress-whole.ts';
import { isCompressible, sampleEntropy } from '../../../src/zip/write/compressible.ts';

const text = Buffer.from('It was the best of times, it was the worst of times. '.repeat(2000));
const noise = randomBytes(100_000);
/** A copy, since it is given back once it is not needed any more. */
const contentOf = (name: string, bytes: Buffer): Content => ({
  name,
  turn: 0,
  bytes: Buffer.from(bytes),
  crc32: undefined,
  hold: () => undefined,
});

test('the extension decides where it says something, in any case of letters; the content where it does not', () => {
  for (const name of ['a.jpg', 'a.JPG', 'case/b.docx', 'c.tar.gz'])
    assert.equal(isCompressible(name, text), false, name);
  for (const name of ['a.txt', 'a.EML', 'case/b.csv']) assert.equal(isCompressible(name, noise), true, name);
  for (const name of ['a.pdf', 'noextension', '.hidden', 'a.b/c']) {
    assert.equal(isCompressible(name, text), true, name);
    assert.equal(isCompressible(name, noise), false, name);
  }
});

test('text hidden behind a long random header, and noise behind a text header, are seen in the sample', () => {
  const mostlyText = Buffer.concat([randomBytes(16 * 1024), Buffer.alloc(900_000, text)]);
  assert.equal(isCompressible('a.pdf', mostlyText), true);
  assert.equal(isCompressible('a.pdf', Buffer.concat([text.subarray(0, 4000), randomBytes(900_000)])), false);
});

test('the entropy is that of the bytes: none, one bit, eight', () => {
  assert.equal(sampleEntropy(Buffer.alloc(70_000, 'a')), 0);
  assert.equal(sampleEntropy(Buffer.alloc(1000, 'ab')), 1);
  assert.equal(sampleEntropy(Buffer.alloc(256 * 256, Buffer.from(Array.from({ length: 256 }, (_, i) => i)))), 8);
  assert.equal(sampleEntropy(Buffer.alloc(0)), 0);
});

test('a body is what its method says, and is stored wherever deflate gains less than one percent', async () => {
  const auto = wholeCompressor('Auto', 2);
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(9000)).map(([word, n]) => Buffer.from(word.repeat(n))),
    fc.nat(20_000).map((length) =>
      createHash('shake256', { outputLength: length + 1 })
        .update('x')
        .digest(),
    ),
  );
  await fc.assert(
    fc.asyncProperty(contents, async (given) => {
      const content = Buffer.from(given);
      const { method, body } = await auto(contentOf('a.txt', content));
      assert.ok((method === 8 ? inflateRawSync(body) : body).equals(content));
      assert.ok(method === 0 ? body.length === content.length : body.length <= content.length * 0.99);
    }),
  );
});

test('Store deflates nothing, Deflate everything but the empty file', async () => {
  assert.equal((await wholeCompressor('Store', 2)(contentOf('a.txt', text))).method, 0);
  assert.equal((await wholeCompressor('Deflate', 2)(contentOf('a.jpg', noise))).method, 8);
  assert.equal((await wholeCompressor('Deflate', 2)(contentOf('a.jpg', Buffer.alloc(0)))).method, 0);
});
