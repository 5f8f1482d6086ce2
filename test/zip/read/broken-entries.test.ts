import assert from 'node:assert/strict';
import test from 'node:test';
import { endRecords } from '../../../src/zip/encode.ts';
import { checkArchive } from '../../../src/zip/read/check-archive.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { readEntry } from '../../../src/zip/read/read-entry.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect, input, openBytes, options, zipOf } from '../fixture.ts';

/** An archive taken apart: what stands in front of the directory, and the directory's records. */
interface Parts {
  data: Buffer;
  records: Buffer[];
  /** What the end record counts, where that is not the number of records. */
  count?: number;
}

const CENTRAL = Buffer.from('PK\x01\x02', 'latin1');
const DESCRIPTOR = Buffer.from('PK\x07\x08', 'latin1');

function takenApart(bytes: Buffer): Parts {
  const starts: number[] = [];
  for (let at = bytes.indexOf(CENTRAL); at >= 0; at = bytes.indexOf(CENTRAL, at + 1)) starts.push(at);
  const end = bytes.length - 22;
  const records = starts.map((start, i) => Buffer.from(bytes.subarray(start, starts[i + 1] ?? end)));
  return { data: Buffer.from(bytes.subarray(0, starts[0])), records };
}

function put({ data, records, count = records.length }: Parts): Buffer {
  const directory = Buffer.concat(records);
  return Buffer.concat([data, directory, endRecords(count, data.length, directory.length)]);
}

type Break = (parts: Parts & { first: Buffer; second: Buffer }) => void;

const set16 =
  (which: 'first' | 'second' | 'data', at: number, value: number): Break =>
  (parts) =>
    void parts[which].writeUInt16LE(value, at);
const set32 =
  (which: 'first' | 'second' | 'data', at: number, value: number): Break =>
  (parts) =>
    void parts[which].writeUInt32LE(value, at);
/** Extra fields stand behind the 46 bytes and the name of 5. */
const withExtra =
  (extra: string): Break =>
  (parts) => {
    const added = Buffer.from(extra, 'latin1');
    parts.first.writeUInt16LE(9 + added.length, 30);
    parts.records[0] = Buffer.concat([parts.first, added]);
  };
const named =
  (name: Buffer): Break =>
  ({ first, data }) => {
    name.copy(first, 46);
    name.copy(data, 30);
  };

/** `a.txt` is stored with 5 bytes (header 30 + 5 + 9, data at 44 to 49), `b.csv` is streamed behind it. */
const BROKEN: Readonly<Record<string, [change: Break, says: RegExp]>> = {
  'a record without its signature': [set32('second', 0, 0), /no record of its directory starts at byte \d+/],
  'a directory that ends within a record': [
    (parts) => (parts.records = [parts.first, parts.second.subarray(0, -1)]),
    /goes on behind it/,
  ],
  'more records than are counted': [(parts) => (parts.count = 1), /has 2 records where 1 are counted/],
  'fewer records than are counted': [(parts) => (parts.count = 3), /has 2 records where 3 are counted/],
  'records in another order': [(parts) => parts.records.reverse(), /the bytes from 0 to 49 belong to no entry/],
  'one entry inside of another': [set32('second', 42, 10), /b\.csv overlaps the entry before it/],
  'an entry that reaches into the directory': [set32('second', 20, 9999), /b\.csv does not fit into the archive/],
  'an entry that starts in the directory': [set32('second', 42, 9999), /b\.csv does not fit into the archive/],
  'a record that is left out': [(parts) => parts.records.pop(), /the bytes from 49 to \d+ belong to no entry/],
  'a first entry that is left out': [(parts) => parts.records.shift(), /the bytes from 0 to 49 belong to no entry/],
  'an entry that ends early': [
    ({ first, data }) => {
      for (const at of [20, 24]) first.writeUInt32LE(4, at);
      for (const at of [18, 22]) data.writeUInt32LE(4, at);
    },
    /the bytes from 48 to 49 belong to no entry|content of a\.txt does not match/,
  ],
  'a comment of an entry': [
    (parts) => {
      parts.first.writeUInt16LE(1, 32);
      parts.records[0] = Buffer.concat([parts.first, Buffer.from('!')]);
    },
    /a\.txt has a comment/,
  ],
  'an entry in another part': [set16('first', 34, 1), /a\.txt is in another part/],
  'an encrypted entry': [set16('first', 8, 0x801), /a\.txt is encrypted/],
  'a name that is not marked as UTF-8': [set16('first', 8, 0), /a\.txt has the flags 0x0/],
  'an unknown method': [set16('first', 10, 14), /a\.txt is compressed with method 14/],
  'a stored entry with two sizes': [set32('first', 24, 6), /a\.txt is stored, but with another size/],
  'an extra field of another kind': [withExtra('\x78\x75\0\0'), /a\.txt has the extra field 0x7578/],
  'a second UT field': [withExtra('UT\x05\0\x01abcd'), /a\.txt has the extra field 0x5455/],
  'an extra field without its length': [withExtra('UT'), /a\.txt has an extra field that is cut off/],
  'an extra field that is too long': [withExtra('xx\xff\0'), /a\.txt has an extra field that is cut off/],
  'a UT field without the time of change': [set16('first', 46 + 5 + 4, 2), /a\.txt has the extra field 0x5455/],
  'no extra field': [
    (parts) => {
      parts.first.writeUInt16LE(0, 30);
      parts.records[0] = parts.first.subarray(0, -9);
    },
    /a\.txt has no UT field/,
  ],
  'a size that refers to ZIP64': [set32('first', 24, 0xffff_ffff), /a\.txt lacks a 64 bit number/],
  'a ZIP64 field that nothing refers to': [
    withExtra('\x01\0\x08\x0012345678'),
    /64 bit numbers that nothing refers to/,
  ],
  'a name that is not UTF-8': [named(Buffer.from('a\xfftxt', 'latin1')), /a name is not UTF-8/],
  'a name that leads upwards': [named(Buffer.from('../tx')), /"\.\.\/tx" leads out of the archive/],
  'an absolute name': [named(Buffer.from('/atxt')), /"\/atxt" leads out of the archive/],
  'a name with a backslash': [named(Buffer.from('a\\txt')), /leads out of the archive/],
  'a name with a NUL': [named(Buffer.from('a\0txt')), /leads out of the archive/],
  'a name with an empty part': [named(Buffer.from('a//xt')), /leads out of the archive/],
  'no local header': [set32('data', 0, 0), /no entry starts at byte 0 for a\.txt/],
  'a local header with another name': [set16('data', 30, 0x6262), /header at byte 0 has another name than a\.txt/],
  'a local header with another CRC': [set32('data', 14, 1), /a\.txt is described differently/],
  'a local header with another size': [set32('data', 22, 1), /a\.txt is described differently/],
  'a local header with another DOS time': [set16('data', 10, 1), /a\.txt is described differently/],
  'a local header with another UT time': [set32('data', 30 + 5 + 5, 1), /a\.txt is described differently/],
  'a local header with another method': [set16('data', 8, 8), /a\.txt is described differently/],
  'a local header that promises a descriptor': [set16('data', 6, 0x808), /a\.txt is described differently/],
  'another content': [set16('data', 44, 0), /the content of a\.txt does not match its CRC-32/],
  'a descriptor without its signature': [at(0), /descriptor behind b\.csv differs/],
  'a descriptor with another CRC': [at(4), /descriptor behind b\.csv differs/],
  'a descriptor with another compressed size': [at(8), /descriptor behind b\.csv differs/],
  'a descriptor with another size': [at(12), /descriptor behind b\.csv differs/],
  'deflate data that are none': [
    ({ data }) => data.fill(0xff, dataOf(data), dataOf(data) + 4),
    /b\.csv can't be inflated/,
  ],
  'deflate data that end early': [
    ({ data }) => data.fill(Buffer.from([3, 0]), dataOf(data), dataOf(data) + 2),
    /the data of b\.csv end after 2 of \d+ bytes/,
  ],
  'a content longer than it says': [
    ({ second, data }) => {
      second.writeUInt32LE(3, 24);
      data.writeUInt32LE(3, data.indexOf(DESCRIPTOR) + 12);
    },
    /b\.csv (can't be inflated|unfolds to more than its 3 bytes)/,
  ],
  'a content shorter than it says': [
    ({ second, data }) => {
      second.writeUInt32LE(700_001, 24);
      data.writeUInt32LE(700_001, data.indexOf(DESCRIPTOR) + 12);
    },
    /b\.csv has 700000 bytes where 700001 are declared/,
  ],
};

function at(offset: number): Break {
  return ({ data }) => {
    const place = data.indexOf(DESCRIPTOR) + offset;
    data.writeUInt8(data.readUInt8(place) ^ 1, place);
  };
}

/** Where the data of the second entry start. */
function dataOf(data: Buffer): number {
  const header = data.lastIndexOf(Buffer.from('PK\x03\x04', 'latin1'));
  return header + 30 + data.readUInt16LE(header + 26) + data.readUInt16LE(header + 28);
}

const inputs = [input('a.txt', 'to be'), input('b.csv', 'a;b;c;\n'.repeat(100_000))];
const checks = { gaps: [], hasher: () => ({ update: () => 0, digest: () => 0 }), signal: options.signal };

for (const [what, [change, says]] of Object.entries(BROKEN)) {
  test(`${what} is found and named`, async (t) => {
    const { bytes } = await zipOf(t, inputs, { smallBytes: 1000 });
    const { data, records } = takenApart(bytes);
    const [first, second] = records;
    assert.ok(first && second && records.length === 2);
    assert.deepEqual(put({ data, records }), bytes);
    const parts = { data, records, first, second };
    change(parts);
    const zip = await openBytes(put(parts));
    const failure = await failureOf(collect(checkArchive(zip, checks)));
    assert.match(failure?.message ?? 'nothing was found', says);
    assert.equal(failure?.exit, 'mismatch');
    assert.ok(failure?.hint);
  });
}

test('a single entry is read by itself, and what is wrong with it is found before its last chunk', async (t) => {
  const { bytes } = await zipOf(t, inputs, { smallBytes: 1000 });
  const zip = await openBytes(bytes);
  const [a, b] = await collect(readDirectory(zip));
  assert.ok(a && b);
  assert.equal(Buffer.concat(await collect(readEntry(zip, a))).toString(), 'to be');
  assert.equal(Buffer.concat(await collect(readEntry(zip, b))).length, 700_000);
  bytes.writeUInt8(bytes.readUInt8(44) ^ 1, 44);
  // What lies in the end of an archive is read when it is opened.
  const again = await openBytes(bytes);
  assert.match(String(await failureOf(collect(readEntry(again, a)))), /does not match its CRC-32/);
});
