import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { deflateOptions } from '../../../src/zip/write/deflate-options.ts';

const noise = (bytes: number): Buffer => createHash('shake256', { outputLength: bytes }).update('noise').digest();
const base64 = Buffer.from(noise(600_000).toString('base64').replace(/.{76}/g, '$&\r\n'));
const text = Buffer.alloc(800_000, 'It was the best of times, it was the worst of times, it was the age of wisdom. ');

const looksForStrings = (content: Buffer): boolean => deflateOptions(content).strategy !== constants.Z_HUFFMAN_ONLY;

test('base64 of what does not shrink is coded byte by byte and comes out as small', () => {
  assert.equal(looksForStrings(base64), false);
  const quick = deflateRawSync(base64, deflateOptions(base64));
  assert.ok(quick.length < deflateRawSync(base64, { level: 9 }).length * 1.005);
  assert.ok(inflateRawSync(quick).equals(base64));
});

test('a mail with an attachment counts as its attachment', () => {
  assert.equal(looksForStrings(Buffer.concat([text.subarray(0, 20_000), base64, text.subarray(0, 20_000)])), false);
});

test('strings are looked for in text, in what is mostly text, and wherever trying costs more than it saves', () => {
  assert.equal(looksForStrings(text), true);
  assert.equal(looksForStrings(Buffer.concat([text, base64])), true);
  assert.equal(looksForStrings(base64.subarray(0, 100_000)), true);
  assert.equal(looksForStrings(Buffer.alloc(0)), true);
});

test('bytes of all kinds that come again are strings, though no byte is more frequent than another', () => {
  const picture = noise(8_000);
  assert.equal(looksForStrings(Buffer.alloc(1_000_000, picture)), true);
});
