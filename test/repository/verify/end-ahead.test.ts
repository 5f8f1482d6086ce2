import assert from 'node:assert/strict';
import test from 'node:test';
import { endAhead } from '../../../src/repository/verify/end-ahead.ts';
import type { FileEntry, ReadableStore } from '../../../src/store/store.ts';
import { firstRanges } from '../../../src/zip/read/open-zip.ts';

const KIB = 1024;
const PIECES = 11;
const never = new AbortController().signal;
const NOWHEN = new Date('2026-11-23T03:00:00Z');
const UPLOADED: FileEntry = {
  kind: 'file',
  path: 'x.zip',
  key: 'x.zip',
  name: 'x.zip',
  rev: '1',
  size: 430 * KIB,
  modified: NOWHEN,
  stored: NOWHEN,
};

/** A store whose answers say which reading of which revision they are of; `refused` readings of its first are refused. */
function counting(refused = 0): { readonly store: ReadableStore; readonly reads: string[] } {
  const reads: string[] = [];
  const store: Pick<ReadableStore, 'readRange'> = {
    async readRange({ rev }, offset, length) {
      const number = reads.push(`${rev}@${offset}+${length}`);
      if (number <= refused) throw new Error('not there yet');
      return Buffer.from(`${number} of ${rev}`);
    },
  };
  return { store: store as ReadableStore, reads };
}

test('of a small archive all is read at first, in pieces that two round trips bring; of a larger one 512 KiB at its end', () => {
  const pieces = (size: number) => firstRanges(size).map(({ offset, length }) => `${offset}+${length}`);
  const twoRoundTrips = (10 + 20) * 1460;
  assert.equal(pieces(430 * KIB).length, PIECES);
  assert.ok(firstRanges(512 * KIB).every(({ length }) => length < twoRoundTrips - 2000));
  assert.deepEqual(pieces(1000 * KIB), [`${488 * KIB}+${512 * KIB}`]);
  assert.deepEqual(pieces(70 * KIB), [`0+${40 * KIB}`, `${40 * KIB}+${30 * KIB}`]);
  assert.deepEqual(pieces(0), []);
});

test('what is asked for ahead is read once, and whatever else is wanted is asked for then', async () => {
  const { store, reads } = counting();
  const reading = endAhead(store, UPLOADED, never);
  assert.equal(reads.length, PIECES);
  for (const { offset, length } of firstRanges(UPLOADED.size)) await reading.readRange(UPLOADED, offset, length, never);
  assert.equal(reads.length, PIECES);
  await reading.readRange(UPLOADED, 7, 9, never);
  assert.equal(reads.at(-1), '1@7+9');
});

test('of a revision that is not the uploaded one nothing is taken that was asked for ahead', async () => {
  const { store } = counting();
  const reading = endAhead(store, UPLOADED, never);
  const [first = { offset: 0, length: 0 }] = firstRanges(UPLOADED.size);
  const bytes = await reading.readRange({ ...UPLOADED, rev: '2' }, first.offset, first.length, never);
  assert.equal(bytes.toString(), `${PIECES + 1} of 2`);
});

test('what could not be had ahead is asked for again when it is wanted', async () => {
  const { store, reads } = counting(PIECES);
  const reading = endAhead(store, UPLOADED, never);
  const [first = { offset: 0, length: 0 }] = firstRanges(UPLOADED.size);
  assert.equal((await reading.readRange(UPLOADED, first.offset, first.length, never)).toString(), `${PIECES + 1} of 1`);
  assert.equal(reads.length, PIECES + 1);
});
