import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { checkArchive } from '../../../src/zip/read/check-archive.ts';
import { asOurs } from '../../../src/zip/read/exact.ts';
import type { Preceding } from '../../../src/zip/read/preceding.ts';
import { createArchive } from '../../../src/zip/write/archive.ts';
import { writeEntries } from '../../../src/zip/write/write-entries.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect, input, NOON, openBytes, options, temporaryFolder, zipOf } from '../fixture.ts';

interface Made {
  readonly bytes: Buffer;
  readonly gaps: readonly { readonly offset: number; readonly length: number }[];
  readonly preceding: Preceding;
}

/** An archive as a night writes it: the last entry stands for the manifest, which knows the sum of what precedes it. */
async function made(t: TestContext, inputs: readonly ZipInput<number>[], smallBytes: number): Promise<Made> {
  const chunks: Buffer[] = [];
  const archive = await createArchive((chunk) => void chunks.push(chunk), join(await temporaryFolder(t), 'spool'));
  t.after(() => archive.close());
  await collect(writeEntries(archive, inputs, { ...options, smallBytes }));
  const lost = await archive.begin({ name: 'case/lost.mp4', modified: NOON, expectedSize: 100 });
  await lost.write(randomBytes(60));
  lost.abandon();
  const preceding = { bytes: archive.bytes, crc32: archive.crc32 };
  await collect(writeEntries(archive, [input('manifest.json', '{}')], { ...options, compression: 'Store' }));
  await archive.finish();
  return { bytes: Buffer.concat(chunks), gaps: archive.gaps, preceding };
}

async function check(bytes: Buffer, { gaps, preceding }: Made): Promise<void> {
  const zip = asOurs(await openBytes(bytes));
  const hasher = () => ({ update: () => undefined, digest: () => undefined });
  for await (const _ of checkArchive(zip, { gaps, preceding, hasher, signal: options.signal }));
}

/** The positions, of those given, at which a flipped bit is not called damage. */
async function unnoticed(archive: Made, positions: Iterable<number>): Promise<string[]> {
  const missed: string[] = [];
  for (const position of positions) {
    const [at, bit] = [position >> 3, 1 << (position & 7)];
    archive.bytes.writeUInt8(archive.bytes.readUInt8(at) ^ bit, at);
    const failure = await failureOf(check(archive.bytes, archive));
    archive.bytes.writeUInt8(archive.bytes.readUInt8(at) ^ bit, at);
    if (failure?.exit !== 'mismatch') missed.push(`bit ${position & 7} of byte ${at}: ${failure}`);
  }
  return missed;
}

function* bits(from: number, to: number): Generator<number> {
  for (let position = from * 8; position < to * 8; position++) yield position;
}

test('every single bit of an archive is proved: headers, gaps, padding, directory, end', async (t) => {
  const archive = await made(
    t,
    [
      input('case/folder/'),
      input('case/stored.jpg', randomBytes(40)),
      input('case/deflated.txt', 'to be or not to be, '.repeat(4)),
      input('case/1967 and after.txt', 'x', new Date('1967-05-05T05:05:05Z')),
      input('case/streamed and deflated.csv', 'a;b;c\n'.repeat(40)),
      input('case/streamed and stored.mp4', randomBytes(120)),
    ],
    100,
  );
  assert.equal(archive.gaps.length, 1);
  await check(archive.bytes, archive);
  assert.deepEqual(await unnoticed(archive, bits(0, archive.bytes.length)), []);
});

test('the padding where two blocks of a large entry meet is proved, and so is its last byte', async (t) => {
  const archive = await made(t, [input('case/mail.txt', 'Dear colleague, '.repeat(70_000))], 1_000_000);
  await check(archive.bytes, archive);
  const border = archive.bytes.indexOf(Buffer.from([0, 0, 0xff, 0xff]));
  assert.ok(border > 0);
  const end = archive.bytes.indexOf(Buffer.from('PK\x07\x08', 'latin1'));
  const around = [...bits(border - 8, border + 6), ...bits(end - 4, end + 16)];
  assert.deepEqual(await unnoticed(archive, around), []);
});

test('a ZIP that is not ours opens whatever its versions and attributes say; as ours it would be damage', async (t) => {
  const { bytes } = await zipOf(t, [input('a.txt', 'abc')]);
  const central = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  bytes.writeUInt16LE(20, central + 4);
  bytes.writeUInt32LE(0, central + 38);
  const zip = await openBytes(bytes);
  const whole = { gaps: [], hasher: () => ({ update: () => 0, digest: () => 0 }), signal: options.signal };
  assert.equal((await collect(checkArchive(zip, whole))).length, 1);
  const failure = await failureOf(collect(checkArchive(asOurs(zip), whole)));
  assert.match(String(failure), /record of a\.txt in its directory is not as written/);
});
