import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { endRecords } from '../../../src/zip/encode.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { asOurs } from '../../../src/zip/read/exact.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect, input, openBytes, run, temporaryFolder, zipOf } from '../fixture.ts';

/** 110 bytes that stand for entries and directory, then the end records; `patch` gets the latter. */
async function opened(entries: number, patch: (tail: Buffer) => Buffer | undefined): Promise<string> {
  const tail = endRecords(entries, 10, 100);
  const changed = patch(tail) ?? tail;
  const failure = await failureOf(openBytes(Buffer.concat([Buffer.alloc(110), changed])));
  return failure ? `${failure.code}: ${failure.message}` : 'opened';
}

type Patch = (tail: Buffer) => Buffer | undefined;

const set16 =
  (at: number, value: number): Patch =>
  (tail) =>
    void tail.writeUInt16LE(value, at);
const set32 =
  (at: number, value: number): Patch =>
  (tail) =>
    void tail.writeUInt32LE(value, at);

const SMALL: Readonly<Record<string, [patch: Patch, says: RegExp]>> = {
  'nothing changed': [() => undefined, /^opened$/],
  'a comment of its own length': [(tail) => Buffer.concat([tail.fill('\x02\0', 20), Buffer.from('ab')]), /^opened$/],
  'no end record': [set32(0, 0), /^NotAZip: no ZIP end record/],
  'a byte cut off': [(tail) => tail.subarray(0, -1), /^NotAZip: /],
  'a byte behind it': [(tail) => Buffer.concat([tail, Buffer.alloc(1)]), /^NotAZip: /],
  'a comment longer than the file': [set16(20, 9), /^NotAZip: /],
  'a second end record in its comment': [
    (tail) => Buffer.concat([tail.fill('\x16\0', 20), endRecords(0, 0, 0)]),
    /^CorruptArchive: .*it has two end records/,
  ],
  'a disk number': [set16(4, 1), /^UnsupportedArchive: .*one part of several/],
  'a directory on another disk': [set16(6, 1), /^UnsupportedArchive: .*one part of several/],
  'fewer entries on this disk': [set16(8, 2), /^UnsupportedArchive: .*one part of several/],
  'a directory that ends early': [set32(12, 99), /^CorruptArchive: .*end at byte 109, its end record is at 110/],
  'a directory that starts late': [set32(16, 11), /^CorruptArchive: .*end at byte 111, its end record is at 110/],
  'a size that refers to ZIP64': [set32(12, 0xffff_ffff), /^CorruptArchive: .*ZIP64 record that is not there/],
  'an offset that refers to ZIP64': [set32(16, 0xffff_ffff), /^CorruptArchive: .*ZIP64 record that is not there/],
};

for (const [what, [patch, says]] of Object.entries(SMALL)) {
  test(`an end record with ${what}: ${says.source}`, async () => assert.match(await opened(3, patch), says));
}

/** Positions in the 56 bytes of the record, the 20 of the locator, and the end record behind them. */
const WIDE: Readonly<Record<string, [patch: Patch, says: RegExp]>> = {
  'nothing changed': [() => undefined, /^opened$/],
  'no locator': [set32(56, 0), /^CorruptArchive: .*ZIP64 record that is not there/],
  'no record': [set32(0, 0), /^CorruptArchive: .*ZIP64 end record is not where it has to be/],
  'a longer record': [set32(4, 45), /^CorruptArchive: .*ZIP64 end record is not where it has to be/],
  'a disk number': [set32(16, 1), /^UnsupportedArchive: .*one part of several/],
  'a directory on another disk': [set32(20, 1), /^UnsupportedArchive: .*one part of several/],
  'a locator on another disk': [set32(60, 1), /^UnsupportedArchive: .*one part of several/],
  'two disks': [set32(72, 2), /^UnsupportedArchive: .*one part of several/],
  'another count on this disk': [set32(24, 1), /^CorruptArchive: .*two end records contradict/],
  'another count': [set32(32, 70_001), /^CorruptArchive: .*two end records contradict/],
  'a size that the small one denies': [set32(40, 99), /^CorruptArchive: .*two end records contradict/],
  'an offset that the small one denies': [set32(48, 11), /^CorruptArchive: .*two end records contradict/],
  'a locator that points elsewhere': [set32(64, 111), /^CorruptArchive: .*two end records contradict/],
  'a size of more than 2^63': [set32(44, 0xffff_ffff), /^CorruptArchive: .*two end records contradict/],
};

for (const [what, [patch, says]] of Object.entries(WIDE)) {
  test(`ZIP64 end records with ${what}: ${says.source}`, async () => assert.match(await opened(70_000, patch), says));
}

test('as ours, every bit of the end records counts, ZIP64 or not, and nothing may follow them', async () => {
  for (const entries of [3, 70_000]) {
    const whole = Buffer.concat([Buffer.alloc(110), endRecords(entries, 10, 100)]);
    asOurs(await openBytes(whole));
    for (let position = 110 * 8; position < whole.length * 8; position++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(whole.readUInt8(position >> 3) ^ (1 << (position & 7)), position >> 3);
      const failure = await failureOf(openBytes(changed).then(asOurs));
      assert.equal(failure?.exit, 'mismatch', `bit ${position} of an archive with ${entries} entries`);
    }
    whole.writeUInt16LE(1, whole.length - 2);
    const commented = await openBytes(Buffer.concat([whole, Buffer.from('!')]));
    assert.throws(() => asOurs(commented), /end records are not as they were written/);
  }
});

test('a file too short for an end record is no ZIP, and neither is an empty one', async () => {
  for (const length of [0, 1, 21]) {
    const failure = await failureOf(openBytes(Buffer.alloc(length, 'PK\x05\x06')));
    assert.equal(failure?.code, 'NotAZip', `${length} bytes`);
    assert.equal(failure?.exitCode, 4);
  }
});

test('bytes in front of a ZIP, which some readers pass over, are damage', async (t) => {
  const { bytes } = await zipOf(t, [input('a.txt', 'abc')]);
  const failure = await failureOf(openBytes(Buffer.concat([Buffer.alloc(5), bytes])));
  assert.match(String(failure), /its directory should end at byte \d+/);
});

test("another program's ZIP opens, and its entries are refused as none of ours, not as damaged", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.txt'), 'abc');
  await run('zip', ['-q', 'a.zip', 'a.txt'], { cwd: folder });
  const zip = await openBytes(await readFile(join(folder, 'a.zip')));
  assert.equal(zip.entries, 1);
  const failure = await failureOf(collect(readDirectory(zip)));
  assert.equal(failure?.code, 'UnsupportedArchive');
  assert.match(failure?.hint ?? '', /ordinary ZIP program/);
});
