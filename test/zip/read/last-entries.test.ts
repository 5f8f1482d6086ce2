import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { centralRecord, type Header } from '../../../src/zip/encode.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { lastEntries } from '../../../src/zip/read/last-entries.ts';
import type { ZipFile } from '../../../src/zip/read/open-zip.ts';
import { MAX_32 } from '../../../src/zip/signatures.ts';
import { timesOf } from '../../../src/zip/timestamp.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect, NOON } from '../fixture.ts';

const NAMES = ['files.jsonl', 'manifest.json', 'SHA256SUMS'];
const DIRECTORY_OFFSET = 2 ** 45;

const headerOf = (name: string, size: number, wide = false, at = NOON): Header => {
  const zip64 = wide || size >= MAX_32;
  return {
    name: Buffer.from(name),
    ...timesOf(at),
    method: 0,
    crc32: 1,
    size,
    compressedSize: size,
    streamed: false,
    zip64,
  };
};

/** An archive of which nothing but the directory is there. */
function zipOf(records: readonly Buffer[]): ZipFile {
  const directory = Buffer.concat(records);
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const from = offset - DIRECTORY_OFFSET;
    assert.ok(from >= 0 && from + length <= directory.length);
    return directory.subarray(from, from + length);
  };
  const size = DIRECTORY_OFFSET + directory.length + 98;
  const place = { directoryOffset: DIRECTORY_OFFSET, directorySize: directory.length };
  return { read, size, entries: records.length, ...place, tail: Buffer.alloc(0), isOurs: true };
}

/** Small, or so large that the next one's offset has 64 bits. */
const size = fc.oneof(fc.nat(100), fc.constantFrom(MAX_32 - 200, MAX_32, 2 ** 40));
const before = fc.array(fc.constantFrom('a.txt', 'CASES/a/SHA256SUMS', 'manifest.json', 'files.jsonl'), {
  maxLength: 4,
});

test('the last entries are found from behind as they are from the front, with 64 bit numbers or without', async () => {
  const at = fc.constantFrom(NOON, new Date('2040-01-01T03:00:00Z'));
  const widths = fc.array(fc.record({ size, wide: fc.boolean(), at }), { minLength: 7, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(before, widths, async (names, given) => {
      let offset = 0;
      const records = [...names, ...NAMES].map((name, i) => {
        const header = headerOf(name, given[i]?.size ?? 0, given[i]?.wide, given[i]?.at);
        const record = centralRecord(header, offset);
        offset += 100 + name.length + header.size;
        return record;
      });
      const zip = zipOf(records);
      assert.deepEqual(await lastEntries(zip, NAMES), (await collect(readDirectory(zip))).slice(-3));
      assert.equal(await lastEntries(zipOf(records.slice(0, -1)), NAMES), undefined);
    }),
  );
});

test('a flipped bit in a record behind the cases is damage, or makes it none of ours where it is in a name', async () => {
  const records = NAMES.map((name, i) => centralRecord(headerOf(name, 0), 100 * i));
  const whole = zipOf(records);
  const bytes = await whole.read(DIRECTORY_OFFSET, whole.directorySize);
  const [expected] = [await lastEntries(whole, NAMES)];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const zip = zipOf([changed]);
    const failure = await failureOf(lastEntries(zip, NAMES).then((found) => assert.notDeepEqual(found, expected)));
    if (failure) assert.match(failure.code, /^(CorruptArchive|UnsupportedArchive)$/);
  }
});

test('sizes that no number holds, and one size of 64 bits without the other, are not as written', async () => {
  const huge = centralRecord({ ...headerOf('a.txt', 1, true), method: 8 }, 0);
  huge.fill(0xff, 46 + 5 + 4, 46 + 5 + 12);
  const half = centralRecord({ ...headerOf('a.txt', 1), method: 8 }, MAX_32);
  half.writeUInt32LE(MAX_32, 24);
  half.writeUInt32LE(0, 42);
  for (const record of [huge, half]) {
    const failure = await failureOf(collect(readDirectory(zipOf([record]))));
    assert.match(String(failure), /the record of a\.txt in its directory is not as written/);
  }
});
