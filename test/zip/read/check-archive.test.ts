import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import type { Gap } from '../../../src/zip/entry.ts';
import { type Checked, checkArchive } from '../../../src/zip/read/check-archive.ts';
import type { ZipEntry } from '../../../src/zip/read/decode.ts';
import { openZip } from '../../../src/zip/read/open-zip.ts';
import { failureOf } from '../../support/failure-of.ts';
import { breaking, collect, input, openBytes, options, zipOf } from '../fixture.ts';

const timeout = 20_000;
const MIB = 1024 * 1024;
const sha256 = () => {
  const hash = createHash('sha256');
  return { update: (chunk: Buffer) => hash.update(chunk), digest: () => hash.digest('hex') };
};
const checks = { gaps: [], hasher: sha256, signal: options.signal };

/** Small and large ones, stored and deflated: 9 MiB is above what is checked in one piece. */
const contents: Readonly<Record<string, Buffer>> = {
  'a.txt': Buffer.from('to be, '.repeat(1000)),
  'b.jpg': randomBytes(100_000),
  'empty.txt': Buffer.alloc(0),
  'large.csv': Buffer.alloc(9 * MIB, 'a;b;c\n'),
  'large.mp4': randomBytes(9 * MIB),
  'z.txt': Buffer.from('end'),
};
const inputs = Object.entries(contents).map(([name, content]) => input(name, content));

test('every entry comes out in order with the digest of its content, within any budget', { timeout }, async (t) => {
  const { bytes } = await zipOf(t, inputs);
  for (const budgetBytes of [1, MIB, undefined]) {
    const zip = await openBytes(bytes);
    const checked = await collect(checkArchive(zip, { ...checks, ...(budgetBytes && { budgetBytes }) }));
    assert.deepEqual(
      checked.map(({ entry, digest }) => [entry.name, digest]),
      Object.entries(contents).map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
    );
  }
});

test('a gap is passed over where it was declared, and is damage where it was not, or otherwise', async (t) => {
  const broken = breaking(input('lost.mp4', contents['large.mp4']), 400_000);
  const { bytes, archive } = await zipOf(t, [broken, input('a.txt', 'a')], { onFailure: () => 'skip' });
  const [gap] = archive.gaps;
  assert.ok(gap);
  const names = async (gaps: readonly Gap[]): Promise<string[]> =>
    (await collect(checkArchive(await openBytes(bytes), { ...checks, gaps }))).map(({ entry }) => entry.name);
  assert.deepEqual(await names([gap]), ['a.txt']);
  const wrong = [[], [{ ...gap, length: gap.length - 1 }], [{ ...gap, offset: 1 }], [{ ...gap, length: 0 }]];
  for (const gaps of wrong) assert.match(String(await failureOf(names(gaps))), /belong to no entry/);
  const tooLong = [{ ...gap, length: gap.length + 1 }];
  assert.match(String(await failureOf(names(tooLong))), /something ends behind byte/);
});

test('an abort, a failed read and a consumer that leaves end it at any point', { timeout }, async (t) => {
  const { bytes } = await zipOf(t, inputs);
  const stop = new Error('stop');
  for (const name of Object.keys(contents)) {
    const abort = new AbortController();
    const seen: Checked<string>[] = [];
    const hasher = (entry: ZipEntry) => {
      if (entry.name === name) abort.abort(stop);
      return sha256();
    };
    const work = async (): Promise<void> => {
      const zip = await openBytes(bytes);
      for await (const one of checkArchive(zip, { ...checks, hasher, signal: abort.signal })) seen.push(one);
      abort.signal.throwIfAborted();
    };
    await assert.rejects(work(), stop);
    for await (const { entry } of checkArchive(await openBytes(bytes), checks)) if (entry.name === name) break;
  }
  for (let at = 0; at < bytes.length; at += 4 * MIB) {
    const read = async (offset: number, length: number): Promise<Buffer> => {
      if (offset <= at && at < offset + length && length > 1000) throw stop;
      return bytes.subarray(offset, offset + length);
    };
    await assert.rejects(collect(checkArchive({ ...(await openBytes(bytes)), read }, checks)), stop);
  }
});

test('a store that gives fewer bytes than it has is an error, never a shorter archive', { timeout }, async (t) => {
  const { bytes } = await zipOf(t, inputs);
  const short = async (offset: number, length: number): Promise<Buffer> =>
    bytes.subarray(offset, offset + Math.max(1, Math.min(length, 3 * MIB)));
  const zip = await openZip(short, bytes.length);
  await assert.rejects(collect(checkArchive(zip, checks)));
});
