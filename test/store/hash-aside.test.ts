import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { blockDigests } from '../../src/store/content-hash.ts';
import { type HashingAside, hashingAside } from '../../src/store/hash-aside.ts';
import type { Loaded } from '../../src/store/store.ts';
import { digestOf, MIB, pattern } from './conformance/fixture.ts';

const DYING = new URL('dying-thread.mjs', import.meta.url);
const KIB = 1024;

/** In memory of its own. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

async function inPieces(hashing: HashingAside, bytes: Buffer): Promise<Loaded> {
  const hasher = hashing.inPieces(bytes.length);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 * MIB) {
    pieces.push(await hasher.update(copyOf(bytes.subarray(at, at + 4 * MIB))));
  }
  hasher.leave();
  return { bytes: Buffer.concat(pieces), digest: hasher.digest() };
}

test('contents of all sizes, side by side, have the hashes that they have here, and come back unchanged', async () => {
  const hashing = hashingAside();
  const sizes = [0, 1, 128 * KIB - 1, 128 * KIB, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 8 * MIB, 13 * MIB + 5];
  await Promise.all(
    sizes.map(async (size) => {
      const bytes = pattern(size);
      const whole = await hashing.whole(copyOf(bytes));
      assert.ok(whole.crc32 === undefined ? size < 128 * KIB : whole.crc32 === crc32(bytes), `${size} bytes`);
      for (const got of [whole, await inPieces(hashing, bytes)]) {
        assert.ok(got.bytes.equals(bytes), `${size} bytes`);
        assert.deepEqual(got.digest, digestOf(bytes), `${size} bytes`);
      }
    }),
  );
});

/** In memory that a thread may see too. */
function sharedCopyOf(bytes: Buffer): Buffer {
  const copy = Buffer.from(new SharedArrayBuffer(bytes.length));
  bytes.copy(copy);
  return copy;
}

test('the blocks of a part have the digests that they have here, beside contents that are hashed to their end', async () => {
  const hashing = hashingAside();
  const content = hashing.inPieces(8 * MIB);
  await content.update(copyOf(pattern(8 * MIB).subarray(0, 4 * MIB)));
  for (const size of [0, 5, MIB, 4 * MIB, 16 * MIB, 16 * MIB + 1]) {
    const part = sharedCopyOf(pattern(size));
    assert.deepEqual(await hashing.blocks(part), blockDigests(pattern(size)), `${size} bytes`);
    assert.ok(part.equals(pattern(size)), `${size} bytes`);
  }
  await content.update(copyOf(pattern(8 * MIB).subarray(4 * MIB)));
  assert.deepEqual(content.digest(), digestOf(pattern(8 * MIB)));
});

test('a content that is left half-way costs the others nothing', async () => {
  const hashing = hashingAside();
  const left = hashing.inPieces(40 * MIB);
  await left.update(copyOf(pattern(4 * MIB)));
  left.leave();
  assert.throws(() => left.digest());
  assert.deepEqual((await inPieces(hashing, pattern(9 * MIB))).digest, digestOf(pattern(9 * MIB)));
});

test('a part that lies with a thread that dies is hashed here', { timeout: 20_000 }, async () => {
  const hashing = hashingAside(DYING);
  const parts = [MIB, 16 * MIB, 5 * MIB].map((size) => sharedCopyOf(pattern(size)));
  const digests = await Promise.all(parts.map((part) => hashing.blocks(part)));
  assert.deepEqual(digests, parts.map(blockDigests));
});

for (const [what, program] of [
  ['dies at work', DYING],
  ['can not start', new URL('no-such-thread.mjs', import.meta.url)],
  ['never answers', new URL('silent-thread.mjs', import.meta.url)],
] as const) {
  test(`what lies with a thread that ${what} is refused, and what comes later is hashed here`, {
    timeout: 20_000,
  }, async () => {
    const hashing = hashingAside(program, 2_000);
    const half = hashing.inPieces(8 * MIB);
    const outcomes = await Promise.allSettled([
      half.update(copyOf(pattern(4 * MIB))),
      hashing.whole(copyOf(pattern(MIB))),
      hashing.whole(copyOf(pattern(5 * MIB))),
    ]);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && /has ended/.test(String(outcome.reason)), outcome.status);
    }
    await assert.rejects(half.update(copyOf(pattern(4 * MIB))), /has ended/);
    half.leave();
    for (const size of [MIB, 5 * MIB]) {
      assert.deepEqual(await hashing.blocks(sharedCopyOf(pattern(size))), blockDigests(pattern(size)));
      assert.deepEqual((await hashing.whole(copyOf(pattern(size)))).digest, digestOf(pattern(size)));
      assert.deepEqual((await inPieces(hashing, pattern(size))).digest, digestOf(pattern(size)));
    }
  });
}

test('where the system refuses a thread everything is hashed here', async () => {
  const hashing = hashingAside(new URL('https://no.thread.example/'));
  const bytes = pattern(5 * MIB);
  assert.deepEqual(await hashing.blocks(sharedCopyOf(bytes)), blockDigests(bytes));
  assert.deepEqual((await hashing.whole(copyOf(bytes))).digest, digestOf(bytes));
  assert.deepEqual((await inPieces(hashing, bytes)).digest, digestOf(bytes));
});

test('a process waits for what is hashed, and ends when nothing is', async () => {
  const module = fileURLToPath(new URL('../../src/store/hash-aside.ts', import.meta.url));
  const program = `
    const { hashingAside } = await import(${JSON.stringify(module)});
    const { digest } = await hashingAside().whole(Buffer.alloc(2 ** 20));
    console.log(digest.contentHash);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
  });
  assert.equal(stdout.trim(), digestOf(Buffer.alloc(MIB)).contentHash);
});
