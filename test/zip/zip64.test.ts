import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { checkArchive } from '../../src/zip/read/check-archive.ts';
import { openZip } from '../../src/zip/read/open-zip.ts';
import { askReferees, collect, input, openBytes, options, temporaryFolder, zipFileOf, zipOf } from './fixture.ts';
import { zeros } from './zeros.ts';

const GIB = 1024 ** 3;
const ZIP64_END = Buffer.from('PK\x06\x06');

for (const [count, wide] of [
  [65_534, false],
  [65_535, true],
  [70_000, true],
] as const) {
  test(`${count} entries ${wide ? 'need' : 'do without'} ZIP64 records and are all there`, async (t) => {
    const path = join(await temporaryFolder(t), 'a.zip');
    const inputs = Array.from({ length: count }, (_, i) => input(`${i}`, 'x'));
    const { bytes } = await zipOf(t, inputs);
    assert.equal(bytes.subarray(-98).includes(ZIP64_END), wide);
    assert.equal((await openBytes(bytes)).entries, count);
    await zipFileOf(path, inputs);
    await askReferees(path);
  });
}

test('entries above 4 GiB, deflated and stored, and a later one are read by all, also as a stream', async (t) => {
  const path = join(await temporaryFolder(t), 'a.zip');
  const length = 4 * GIB + 1;
  const written = await zipFileOf(path, [
    zeros('deflated.sql', length, length),
    zeros('stored.mp4', length, length),
    input('z.txt', 'end'),
  ]);
  const [deflated, stored, last] = written;
  assert.deepEqual([deflated?.method, deflated?.size], [8, length]);
  assert.ok(stored && stored.compressedSize > length && stored.compressedSize < length * 1.0001);
  assert.ok(last && last.offset > 4 * GIB);
  await askReferees(path);

  const file = await open(path);
  t.after(() => file.close());
  const { size } = await file.stat();
  const zip = await openZip(async (at, n) => (await file.read(Buffer.alloc(n), 0, n, at)).buffer, size);
  const lengthOnly = () => {
    let seen = 0;
    return { update: (chunk: Buffer) => (seen += chunk.length), digest: () => seen };
  };
  const checked = await collect(checkArchive(zip, { gaps: [], hasher: lengthOnly, signal: options.signal }));
  assert.deepEqual(
    checked.map(({ entry, digest }) => [entry.name, entry.offset, digest]),
    written.map(({ name, offset, size: bytes }) => [name, offset, bytes]),
  );
});

test('sizes are 64 bit only from where deflate might carry them over 4 GiB', async (t) => {
  const chosen = async (expected: number): Promise<boolean> => {
    const { archive, bytes } = await zipOf(t, [{ ...zeros('a.mp4', expected, expected), stream: cutOff }], {
      onFailure: () => 'skip',
    });
    assert.equal(archive.gaps.length, 1);
    return bytes.readUInt16LE(4) === 45;
  };
  assert.equal(await chosen(4 * GIB - 8 * 1024 ** 2), false);
  assert.equal(await chosen(4 * GIB - 1024 ** 2), true);
});

async function* cutOff(): AsyncGenerator<Buffer, number, void> {
  yield Buffer.alloc(300_000);
  return 0;
}
