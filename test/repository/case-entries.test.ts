import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { caseContents, caseEntries } from '../../src/repository/case-entries.ts';
import type { BackupFile } from '../../src/repository/open-backup.ts';
import { readEntry } from '../../src/zip/read/read-entry.ts';
import { failureOf } from '../support/failure-of.ts';
import { breaking, collect } from '../zip/fixture.ts';
import { zeros } from '../zip/zeros.ts';
import { file, type MadeBackup, madeBackup } from './made-backup.ts';

const GIB = 1024 ** 3;
const TAIL_BYTES = 512 * 1024;
/** Without its name. */
const RECORD_BYTES = 46 + 9;

const caseOf = ({ manifest }: Pick<BackupFile, 'manifest'>, name: string) =>
  manifest.cases.find((one) => one.name === name) ?? assert.fail(`there is no ${name}`);

/** Name → content of a case, with nothing but what was asked for to get there. */
async function readCase(made: MadeBackup, name: string): Promise<Record<string, string>> {
  const backup = await made.open();
  const contents: Record<string, string> = {};
  for await (const { entry, content } of caseContents(backup, caseOf(backup, name))) {
    contents[entry.name] = Buffer.concat(await collect(content)).toString();
  }
  return contents;
}

test('one case out of 10,000, whose manifest is larger than the tail, takes four range reads', async (t) => {
  const names = Array.from({ length: 10_000 }, (_, i) => `USA${String(i).padStart(5, '0')}`);
  const letter = (name: string): [string, string] => [`CASES/${name}/letter.txt`, `Dear ${name}`];
  const inputs = names.flatMap((name) => [file(...letter(name)), file(`CASES/${name}/note.txt`, 'called at noon')]);
  const made = await madeBackup(t, inputs);
  for (const name of ['USA00000', 'USA04711', 'USA09999']) {
    assert.deepEqual(await readCase(made, name), {
      ...Object.fromEntries([letter(name)]),
      [`CASES/${name}/note.txt`]: 'called at noon',
    });
    const [tail, manifest, directory, archive] = made.asked.map(([, length]) => length);
    // The last records of the directory are in the tail already.
    assert.equal(made.asked.length, name === 'USA09999' ? 3 : 4);
    assert.ok(tail && tail < TAIL_BYTES + 200);
    assert.ok(manifest && manifest > 5 * TAIL_BYTES);
    assert.ok((directory ?? 0) + (archive ?? 0) < 500);
  }
});

test('a backup that is no longer than its tail takes one read for all', async (t) => {
  const made = await madeBackup(t, [file('CASES/a/1.txt', 'one'), file('CASES/b/2.txt', 'two')]);
  assert.deepEqual(await readCase(made, 'b'), { 'CASES/b/2.txt': 'two' });
  assert.deepEqual(made.asked, [[0, made.bytes.length]]);
});

test('a case behind 4 GiB, whose records are ZIP64 ones, takes as few reads as any, and so does one that holds them', {
  timeout: 120_000,
}, async (t) => {
  const inputs = [zeros('CASES/film/film.mp4', 4 * GIB + 1, '0'.repeat(64)), file('CASES/z/end.txt', 'the end')];
  const made = await madeBackup(t, [...inputs, file('CASES/z/noise.jpg', randomBytes(2 * TAIL_BYTES))]);
  const contents = await readCase(made, 'z');
  assert.equal(contents['CASES/z/end.txt'], 'the end');
  assert.ok(made.asked.length <= 4, `${made.asked.length} reads`);
  assert.ok(caseOf(made, 'z').at.offset > 4 * GIB);

  const backup = await made.open();
  const [film] = await collect(caseEntries(backup, caseOf(made, 'film')));
  assert.equal(film?.size, 4 * GIB + 1);
});

test('empty folders, gaps, files beside the cases and cases without an entry are where the manifest says', async (t) => {
  const lost = breaking(file('CASES/b/lost.mp4', randomBytes(300_000)), 290_000);
  const made = await madeBackup(
    t,
    [
      file('CASES/a/empty/'),
      file('CASES/and beside.txt', 'loose'),
      file('CASES/b/1.txt', 'one'),
      lost,
      file('CASES/b/3.txt', 'three'),
      file('CASES/d/'),
    ],
    { smallBytes: 1000, onFailure: () => 'skip', withoutEntries: ['c'] },
  );
  assert.deepEqual(await readCase(made, 'a'), { 'CASES/a/empty/': '' });
  assert.deepEqual(await readCase(made, 'b'), { 'CASES/b/1.txt': 'one', 'CASES/b/3.txt': 'three' });
  assert.deepEqual(await readCase(made, 'c'), {});
  assert.deepEqual(await readCase(made, 'd'), { 'CASES/d/': '' });
  const [gap] = made.manifest.gaps;
  const { offset, bytes } = caseOf(made, 'b').at;
  assert.ok(gap && gap.offset > offset && gap.offset + gap.length < offset + bytes);
  assert.deepEqual(Object.values(caseOf(made, 'c').at), [0, 0, 0, 0, 0]);
});

test('single files of a case are read by themselves, each by one range', async (t) => {
  const noise = file('CASES/b/noise.jpg', randomBytes(2 * TAIL_BYTES));
  const made = await madeBackup(t, [file('CASES/a/1.txt', 'one'), file('CASES/a/2.txt', 'two'), noise]);
  const backup = await made.open();
  const [first] = await collect(caseEntries(backup, caseOf(backup, 'a')));
  assert.ok(first);
  const before = made.asked.length;
  assert.equal(Buffer.concat(await collect(readEntry(backup.zip, first))).toString(), 'one');
  assert.equal(made.asked.length, before + 1);
});

test('a content that was left half read is a mistake of the reader, not damage', async (t) => {
  const made = await madeBackup(t, [file('CASES/a/1.txt', 'one'), file('CASES/a/2.txt', 'two')]);
  const backup = await made.open();
  const contents = caseContents(backup, caseOf(backup, 'a'));
  await contents.next();
  await assert.rejects(contents.next(), /1\.txt has not been read to its end/);
});

test('every bit of the records that are read for a case is proved, and every byte of the manifest', async (t) => {
  const made = await madeBackup(t, [
    file('CASES/a/1.txt', 'one'),
    file('CASES/b/empty/'),
    file('CASES/b/stored.jpg', randomBytes(40)),
    file('CASES/c/3.txt', 'three'),
  ]);
  const { zip, filesList } = await made.open();
  const { at } = caseOf(made, 'b');
  const directory = zip.directoryOffset + at.directory_offset;
  const added = directory + at.directory_bytes + caseOf(made, 'c').at.directory_bytes;
  const parts: [from: number, to: number][] = [
    [at.offset, at.offset + at.bytes],
    [directory, directory + at.directory_bytes],
    // Those of files.jsonl and SHA256SUMS are proved when these are read.
    [added + RECORD_BYTES + 'files.jsonl'.length, made.bytes.length - 22 - RECORD_BYTES - 'SHA256SUMS'.length],
    [made.bytes.length - 22, made.bytes.length],
  ];
  const [manifestFrom, manifestTo] = manifestStretch(made, zip.directoryOffset);
  assert.ok(manifestFrom > filesList.offset);
  const missed: string[] = [];
  const tryBit = async (position: number): Promise<void> => {
    const [byte, bit] = [position >> 3, 1 << (position & 7)];
    made.bytes.flip(byte, bit);
    const failure = await failureOf(readCase(made, 'b'));
    made.bytes.flip(byte, bit);
    if (failure?.exitCode !== 4) missed.push(`bit ${position & 7} of byte ${byte}: ${failure}`);
  };
  for (const [from, to] of parts) for (let position = from * 8; position < to * 8; position++) await tryBit(position);
  for (let byte = manifestFrom; byte < manifestTo; byte++) await tryBit(byte * 8 + (byte % 8));
  assert.deepEqual(missed, []);
  assert.equal(Object.keys(await readCase(made, 'b')).length, 2);
});

/** From its local header to the one behind it. */
function manifestStretch(made: MadeBackup, directoryOffset: number): [number, number] {
  const from = made.manifest.preceding.bytes;
  const behind = made.bytes.read(from, directoryOffset - from);
  return [from, from + behind.lastIndexOf(Buffer.from('PK\x03\x04', 'latin1'))];
}
