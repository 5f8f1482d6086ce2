import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { centralRecord, dataDescriptor, endRecords, type Header, localHeader } from '../../src/zip/encode.ts';
import { number64 } from '../../src/zip/number64.ts';
import { compareLocalHeader, decodeCentralRecord } from '../../src/zip/read/decode.ts';
import { expectOurCentralRecord, expectOurLocalHeader } from '../../src/zip/read/exact.ts';
import { openZip } from '../../src/zip/read/open-zip.ts';
import { MAX_16, MAX_32 } from '../../src/zip/signatures.ts';
import { timesOf } from '../../src/zip/timestamp.ts';

const part = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.isWellFormed() && text !== '.' && text !== '..' && !/[/\\\0]/.test(text));
const name = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([parts, isFolder]) => parts.join('/') + (isFolder ? '/' : ''));
/** Small numbers, and those around 4 GiB, where a record changes its form. */
const bytes = fc.oneof(fc.nat(), fc.integer({ min: MAX_32 - 3, max: MAX_32 + 3 }), fc.maxSafeNat());
const modified = fc.date({ min: new Date('1850-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });

interface Sample extends Omit<Header, 'name' | 'dosTimestamp' | 'unixSeconds'> {
  readonly name: string;
  readonly modified: Date;
  readonly offset: number;
}

const sample: fc.Arbitrary<Sample> = fc
  .record({
    name,
    modified,
    size: bytes,
    packed: bytes,
    offset: bytes,
    crc32: fc.nat(MAX_32),
    method: fc.constantFrom<0 | 8>(0, 8),
    streamed: fc.boolean(),
    wide: fc.boolean(),
  })
  .map(({ packed, wide, ...rest }) => {
    const compressedSize = rest.method === 0 ? rest.size : packed;
    return { ...rest, compressedSize, zip64: wide || Math.max(rest.size, compressedSize) >= MAX_32 };
  });

const headerOf = ({ name: text, modified: at, ...rest }: Sample): Header => ({
  ...rest,
  name: Buffer.from(text),
  ...timesOf(at),
});

const split = (record: Buffer, fixed: number): [Buffer, Buffer] => [record.subarray(0, fixed), record.subarray(fixed)];

test('what goes into a central record and a local header comes out of them again', () => {
  fc.assert(
    fc.property(sample, (given) => {
      const header = headerOf(given);
      const central = split(centralRecord(header, given.offset), 46);
      const read = decodeCentralRecord(...central);
      const seconds = Math.floor(given.modified.getTime() / 1000);
      const { modified: _, ...same } = given;
      assert.deepEqual(read, {
        ...same,
        unixSeconds: Math.abs(seconds + 0.5) < 2 ** 31 ? seconds : undefined,
        dosTimestamp: header.dosTimestamp,
        recordBytes: central[0].length + central[1].length,
      });
      expectOurCentralRecord(...central, read);
      const local = split(localHeader(header), 30);
      assert.deepEqual(compareLocalHeader(...local, read), { zip64: given.zip64 });
      expectOurLocalHeader(...local, read);
    }),
  );
});

test('a local header is read as one entry only: any other size, sum, time or name contradicts it', () => {
  fc.assert(
    fc.property(sample, sample, (given, other) => {
      const read = decodeCentralRecord(...split(centralRecord(headerOf(given), given.offset), 46));
      for (const key of ['size', 'crc32', 'modified', 'name', 'method', 'streamed'] as const) {
        const zip64 = given.zip64 || other.zip64;
        const header = localHeader(headerOf({ ...given, [key]: other[key], zip64 }));
        if (header.equals(localHeader(headerOf({ ...given, zip64 })))) continue;
        assert.throws(() => compareLocalHeader(...split(header, 30), read), { code: 'CorruptArchive' }, key);
      }
    }),
  );
});

test('a data descriptor carries both sizes, in 32 or 64 bits', () => {
  fc.assert(
    fc.property(sample, (given) => {
      const descriptor = dataDescriptor(headerOf(given));
      assert.equal(descriptor.readUInt32LE(4), given.crc32);
      const sizes = given.zip64
        ? [number64(descriptor, 8), number64(descriptor, 16)]
        : [descriptor.readUInt32LE(8), descriptor.readUInt32LE(12)];
      assert.deepEqual(sizes, [given.compressedSize, given.size]);
      assert.equal(descriptor.length, given.zip64 ? 24 : 16);
    }),
  );
});

test('the end records give back entries, place and size of the directory, with ZIP64 where one of them needs it', async () => {
  const entries = fc.oneof(fc.nat(10), fc.integer({ min: MAX_16 - 2, max: MAX_16 + 2 }), fc.nat(10_000_000));
  const half = bytes.map((n) => Math.floor(n / 2));
  await fc.assert(
    fc.asyncProperty(entries, half, half, async (count, directoryOffset, directorySize) => {
      const tail = endRecords(count, directoryOffset, directorySize);
      const start = directoryOffset + directorySize;
      const read = async (offset: number, length: number): Promise<Buffer> => {
        const before = Buffer.alloc(Math.max(0, Math.min(length, start - offset)));
        return Buffer.concat([before, tail.subarray(Math.max(0, offset - start))]);
      };
      const zip = await openZip(read, start + tail.length);
      assert.deepEqual([zip.entries, zip.directoryOffset, zip.directorySize], [count, directoryOffset, directorySize]);
      assert.ok(zip.tail.equals(tail));
      const fits = count < MAX_16 && directoryOffset < MAX_32 && directorySize < MAX_32;
      assert.equal(tail.length, fits ? 22 : 98);
    }),
  );
});
