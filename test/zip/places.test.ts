import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { readDirectory } from '../../src/zip/read/directory.ts';
import { asOurs, extentOf } from '../../src/zip/read/exact.ts';
import { CENTRAL_RECORD, LOCAL_HEADER } from '../../src/zip/signatures.ts';
import { breaking, collect, input, openBytes, zipOf } from './fixture.ts';

test('each entry lies where the writer says, from signature to signature, and the reader says the same', async (t) => {
  const lost = breaking(input('lost.mp4', randomBytes(300_000)), 290_000);
  const inputs = [
    input('stored.jpg', randomBytes(100)),
    input('folder/'),
    input('deflated.txt', 'to be, '.repeat(100)),
    input('streamed and deflated.csv', 'a;b;c\n'.repeat(90_000)),
    lost,
    input('streamed and stored.mp4', randomBytes(300_000)),
    input('ü.txt', 'end'),
  ];
  const { bytes, written, archive } = await zipOf(t, inputs, { smallBytes: 1000, onFailure: () => 'skip' });
  const zip = asOurs(await openBytes(bytes));
  const read = await collect(readDirectory(zip));
  assert.equal(written.length, inputs.length - 1);

  let free = 0;
  let directoryFree = 0;
  for (const [i, { name, offset, bytes: extent, directoryOffset, directoryBytes }] of written.entries()) {
    const gap = archive.gaps.find((one) => one.offset === free)?.length ?? 0;
    assert.equal(offset, free + gap, name);
    assert.equal(directoryOffset, directoryFree, name);
    assert.equal(bytes.readUInt32LE(offset), LOCAL_HEADER);
    assert.equal(bytes.readUInt32LE(zip.directoryOffset + directoryOffset), CENTRAL_RECORD);
    const entry = read[i] ?? assert.fail();
    assert.deepEqual(
      [entry.name, entry.offset, extentOf(entry), entry.recordBytes],
      [name, offset, extent, directoryBytes],
    );
    free = offset + extent;
    directoryFree += directoryBytes;
  }
  assert.deepEqual([free, directoryFree], [zip.directoryOffset, zip.directorySize]);
});
