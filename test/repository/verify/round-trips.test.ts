import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, verifyBackup } from '../../../src/repository/verify/verify-backup.ts';
import { hashBytes } from '../../../src/store/content-hash.ts';
import type { FileEntry, ReadableStore } from '../../../src/store/store.ts';
import { file, type MadeBackup, madeBackup } from '../made-backup.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const NOWHEN = new Date('2026-11-23T03:00:00Z');
const FILE: FileEntry = {
  kind: 'file',
  path: 'x.zip',
  key: 'x.zip',
  name: 'x.zip',
  rev: '1',
  size: 0,
  modified: NOWHEN,
  stored: NOWHEN,
  // What the store says of it, which a Standard verification takes for true.
  contentHash: '0'.repeat(64),
};

interface Line {
  readonly store: ReadableStore;
  readonly file: FileEntry;
  readonly seen: { calls: number; bytes: number; rounds: number; mostAtOnce: number; mostBytes: number };
}

/** A store each of whose answers takes as long as any other. A round is what is asked for after an answer of the one before. */
function overLine({ bytes }: MadeBackup, answerMs = () => 30): Line {
  const seen = { calls: 0, bytes: 0, rounds: 0, mostAtOnce: 0, mostBytes: 0 };
  let atOnce = 0;
  let bytesAtOnce = 0;
  let answered = 0;
  const readRange = async (_: FileEntry, offset: number, length: number): Promise<Buffer> => {
    const round = answered + 1;
    seen.calls += 1;
    seen.bytes += length;
    seen.rounds = Math.max(seen.rounds, round);
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++atOnce);
    bytesAtOnce += length;
    seen.mostBytes = Math.max(seen.mostBytes, bytesAtOnce);
    await sleep(answerMs());
    atOnce -= 1;
    bytesAtOnce -= length;
    answered = Math.max(answered, round);
    return bytes.read(offset, length);
  };
  return {
    store: { locate: (path: string) => path, readRange } as unknown as ReadableStore,
    file: { ...FILE, size: bytes.length },
    seen,
  };
}

const proved = ({ store, file: entry }: Line, level: 'Standard' | 'Full'): Promise<Finding> =>
  verifyBackup(store, entry, { level, expected: {}, turn: 20_000, signal: never, onBytes: () => undefined });

const cases = (count: number, files: number, bytes: number) =>
  Array.from({ length: count * files }, (_, n) => {
    const name = `CASES/USA${String(Math.floor(n / files)).padStart(4, '0')}_John_Smith/document ${n % files}.pdf`;
    return file(name, randomBytes(bytes));
  });

test('ten small cases are verified in two rounds: their end, and a file of each at once', async (t) => {
  const line = overLine(await madeBackup(t, cases(10, 6, 40_000), { compression: 'Store' }));
  assert.equal((await proved(line, 'Standard')).isGood, true);
  assert.deepEqual([line.seen.rounds, line.seen.calls <= 11], [2, true]);
});

test('two hundred cases are verified in ten rounds, with thirty of their files at once', async (t) => {
  const line = overLine(await madeBackup(t, cases(200, 7, 25_000), { compression: 'Store' }));
  const finding = await proved(line, 'Standard');
  assert.ok(finding.isGood && finding.verified.filesRead === 200);
  assert.ok(line.seen.rounds <= 10, `${line.seen.rounds} rounds`);
  assert.ok(line.seen.mostAtOnce >= 30 && line.seen.mostAtOnce <= 32, `${line.seen.mostAtOnce} at once`);
});

test('however large the files are, no more than 32 MiB of them are read at once', async (t) => {
  const line = overLine(await madeBackup(t, cases(12, 1, 9 * MIB), { compression: 'Store' }));
  assert.equal((await proved(line, 'Standard')).isGood, true);
  assert.ok(line.seen.mostBytes <= 32 * MIB, `${line.seen.mostBytes} bytes`);
  assert.ok(line.seen.mostBytes >= 27 * MIB, `${line.seen.mostBytes} bytes`);
});

test('a whole archive is read with eight ranges at once, each byte of its entries once', async (t) => {
  const made = await madeBackup(t, cases(10, 1, 9 * MIB), { compression: 'Store' });
  const line = overLine(made);
  const { contentHash } = hashBytes(made.bytes.read(0, made.bytes.length));
  assert.equal((await proved({ ...line, file: { ...line.file, contentHash } }, 'Full')).isGood, true);
  assert.ok(line.seen.mostAtOnce >= 8 && line.seen.mostAtOnce <= 10, `${line.seen.mostAtOnce} at once`);
  assert.ok(line.seen.mostBytes >= 30 * MIB && line.seen.mostBytes <= 33 * MIB, `${line.seen.mostBytes} bytes at once`);
  assert.ok(line.seen.bytes < made.bytes.length + 1.2 * MIB, `${line.seen.bytes} of ${made.bytes.length}`);
});

test('of several files that are wrong the first in the archive is told, whichever answer comes first', async (t) => {
  const made = await madeBackup(t, cases(30, 1, 200_000), { compression: 'Store' });
  const places = made.manifest.cases.map(({ at }) => at.offset);
  for (const place of [places[4], places[5], places[20]]) made.bytes.flip((place ?? 0) + 1000, 1);
  for (const order of [(n: number) => n, (n: number) => 60 - n, (n: number) => (n * 17) % 31]) {
    let call = 0;
    const line = overLine(made, () => 5 + 2 * order(call++));
    const finding = await proved(line, 'Standard');
    assert.ok(!finding.isGood);
    assert.match(finding.failure.message, /USA0004_John_Smith/);
    assert.deepEqual(finding.checks, {
      backup_file_exists: true,
      manifest_valid: true,
      cases_match: false,
      size_reasonable: false,
    });
  }
});

test('an archive that does not match its list is told as that, also when a file of it is wrong, and nothing goes on', async (t) => {
  const made = await madeBackup(t, cases(600, 1, 3000), {
    compression: 'Store',
    change: (manifest) => Object.assign(manifest, { total_bytes: 7 }),
  });
  made.bytes.flip((made.manifest.cases[3]?.at.offset ?? 0) + 1000, 1);
  const line = overLine(made);
  const finding = await proved(line, 'Standard');
  assert.ok(!finding.isGood);
  assert.equal(finding.failure.code, 'ArchiveDiffers');
  const { calls } = line.seen;
  await sleep(100);
  assert.equal(line.seen.calls, calls);
});
