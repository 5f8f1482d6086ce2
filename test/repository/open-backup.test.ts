import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { FILES_LIST, MANIFEST, SUMS } from '../../src/repository/manifest.ts';
import { openBackup } from '../../src/repository/open-backup.ts';
import { centralRecord, endRecords, type Header, localHeader } from '../../src/zip/encode.ts';
import { timesOf } from '../../src/zip/timestamp.ts';
import { failureOf } from '../support/failure-of.ts';
import { input, NOON, run, temporaryFolder, zipOf } from '../zip/fixture.ts';
import { file, madeBackup } from './made-backup.ts';

const OURS = [FILES_LIST, MANIFEST, SUMS];

interface Ending {
  readonly said: string;
  readonly exitCode: number | undefined;
  readonly bytesRead: number;
}

/** How opening these bytes ends. */
async function opening(bytes: Buffer): Promise<Ending> {
  let bytesRead = 0;
  const read = async (offset: number, length: number): Promise<Buffer> => {
    assert.ok(offset >= 0 && offset + length <= bytes.length, `${offset} + ${length} is not within the file`);
    bytesRead += length;
    return bytes.subarray(offset, offset + length);
  };
  const failure = await failureOf(openBackup(read, bytes.length, 'it'));
  return { said: failure ? `${failure.code}: ${failure.message}` : 'opened', exitCode: failure?.exitCode, bytesRead };
}

const IS_NONE_OF_OURS =
  /^ManifestMissing: it is a ZIP, but none of ours: it has no manifest\.json, files\.jsonl or SHA256SUMS$/;

test("other programs' ZIPs are none of ours, also where they hold files of our names", async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['a.txt', ...OURS, 'z.txt']) await writeFile(join(folder, name), '{}');
  const zips: [string, ...string[]][] = [
    ['zip', '-q', 'it.zip', 'a.txt'],
    ['zip', '-q', 'it.zip', ...OURS],
    ['zip', '-qX', 'it.zip', 'a.txt', ...OURS],
    ['7z', 'a', '-bso0', 'it.zip', 'a.txt', ...OURS],
    ['bsdtar', '-a', '-cf', 'it.zip', ...OURS, 'z.txt'],
    ['python3', '-m', 'zipfile', '-c', 'it.zip', ...OURS],
  ];
  for (const [program, ...parameters] of zips) {
    await run(program, parameters, { cwd: folder });
    const { said, exitCode } = await opening(await readFile(join(folder, 'it.zip')));
    assert.match(said, IS_NONE_OF_OURS, program);
    assert.equal(exitCode, 4);
    await run('rm', ['it.zip'], { cwd: folder });
  }
});

test('a ZIP of our own writer that does not end with our three entries in their order is none of ours', async (t) => {
  const orders = [[], ['a.txt'], [...OURS, 'z.txt'], OURS.toReversed(), OURS.slice(1), [MANIFEST, FILES_LIST, SUMS]];
  for (const names of orders) {
    const { bytes } = await zipOf(
      t,
      names.map((name) => input(name, '{}')),
    );
    assert.match((await opening(bytes)).said, IS_NONE_OF_OURS, names.join());
  }
});

test('what is no ZIP, is cut off, or has something behind or in front is called so', async (t) => {
  const made = await madeBackup(t, [file('CASES/a/1.txt', 'one')]);
  const whole = made.bytes.read(0, made.bytes.length);
  assert.equal((await opening(whole)).said, 'opened');
  assert.match((await opening(Buffer.from('no ZIP at all '.repeat(9)))).said, /^NotAZip: /);
  assert.match((await opening(whole.subarray(0, -10))).said, /^NotAZip: /);
  assert.match((await opening(Buffer.concat([whole, Buffer.from('!')]))).said, /^NotAZip: /);
  assert.match((await opening(Buffer.concat([Buffer.from('!'), whole]))).said, /^CorruptArchive: .*should end at byte/);
});

test('a manifest of a newer format is called newer, whatever else it says; another one that is none, invalid', async (t) => {
  const said = async (change: (manifest: object) => unknown): Promise<string> => {
    const made = await madeBackup(t, [file('CASES/a/1.txt', 'one')], { change });
    return (await opening(made.bytes.read(0, made.bytes.length))).said;
  };
  assert.match(
    await said((manifest) => Object.assign(manifest, { format_version: 2, cases: 'elsewhere' })),
    /^NewerManifest: /,
  );
  assert.match(
    await said((manifest) => Object.assign(manifest, { cases: 'elsewhere' })),
    /^ManifestInvalid: .* cases /,
  );
  assert.match(await said((manifest) => Object.assign(manifest, { toJSON: () => 5 })), /^ManifestInvalid: /);
});

/** A ZIP of our three entries, whose manifest is described as `claimed` says. */
function withManifest(data: Buffer, claimed: Partial<Header> & { readonly offset?: number } = {}): Buffer {
  const headerOf = (name: string, size: number): Header => {
    const sizes = { crc32: 0, size, compressedSize: size, zip64: false };
    return { name: Buffer.from(name), ...timesOf(NOON), method: 0, streamed: false, ...sizes };
  };
  const manifest = { ...headerOf(MANIFEST, data.length), ...claimed };
  const front = localHeader(headerOf(FILES_LIST, 0));
  const middle = Buffer.concat([localHeader(manifest), data]);
  const body = Buffer.concat([front, middle, localHeader(headerOf(SUMS, 0))]);
  const directory = Buffer.concat([
    centralRecord(headerOf(FILES_LIST, 0), 0),
    centralRecord(manifest, claimed.offset ?? front.length),
    centralRecord(headerOf(SUMS, 0), front.length + middle.length),
  ]);
  return Buffer.concat([body, directory, endRecords(3, body.length, directory.length)]);
}

const MIB = 1024 * 1024;

test('a hostile manifest ends soon, whatever it claims to be, and little is read for it', async () => {
  const claims: [what: string, zip: Buffer, says: RegExp][] = [
    [
      'many bytes',
      withManifest(Buffer.alloc(33 * MIB)),
      /^ManifestInvalid: it\/manifest\.json has 34603008 bytes, this program reads up to 33554432/,
    ],
    [
      'bytes that it has not',
      withManifest(Buffer.alloc(9), { size: 2 ** 31, compressedSize: 2 ** 31 }),
      /does not fit into the archive/,
    ],
    [
      'exabytes',
      withManifest(Buffer.alloc(9), { size: 2 ** 52, compressedSize: 2 ** 52, zip64: true }),
      /does not fit into the archive/,
    ],
    [
      'to unfold to gigabytes',
      withManifest(deflateRawSync(Buffer.alloc(MIB)), { method: 8, size: 2 ** 31 }),
      /^ManifestInvalid: /,
    ],
    [
      'to unfold to a little',
      withManifest(deflateRawSync(Buffer.alloc(64 * MIB)), { method: 8, size: 9 }),
      /^CorruptArchive: .*manifest\.json (unfolds|can't be inflated)/,
    ],
    ['to lie behind all', withManifest(Buffer.alloc(9), { offset: 2 ** 45 }), /does not fit into the archive/],
  ];
  for (const [what, zip, says] of claims) {
    const { said, exitCode, bytesRead } = await opening(zip);
    assert.match(said, says, what);
    assert.equal(exitCode, 4, what);
    assert.ok(bytesRead < 600_000, `${bytesRead} bytes were read of one that claims ${what}`);
  }
});

test('a backup with any bytes of its end overwritten opens, or ends with a sentence and exit code 4', async (t) => {
  const made = await madeBackup(t, [file('CASES/a/1.txt', 'one'), file('CASES/b/2.txt', 'two')]);
  const whole = made.bytes.read(0, made.bytes.length);
  const byte = fc.oneof(fc.constantFrom(0, 0xff, 0x50, 0x4b), fc.nat(255));
  const change = fc.record({
    back: fc.integer({ min: 1, max: 400 }),
    bytes: fc.array(byte, { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const changed = Buffer.from(whole);
      for (const { back, bytes } of changes) changed.set(bytes.slice(0, back), whole.length - back);
      const { said, exitCode } = await opening(changed);
      assert.ok(said === 'opened' || exitCode === 4, said);
    }),
    { numRuns: 3000 },
  );
});
