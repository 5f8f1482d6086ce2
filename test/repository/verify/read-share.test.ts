import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { compareEntries } from '../../../src/repository/verify/compare-entries.ts';
import { readShare } from '../../../src/repository/verify/read-share.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { failureOf } from '../../support/failure-of.ts';
import { file, type MadeBackup, madeBackup } from '../made-backup.ts';

/** As a Standard verification does it, of a store that says of any bytes that they are right. */
async function readBack({ open }: MadeBackup, turn: number): Promise<number> {
  const backup = await open();
  const share = readShare(backup, turn);
  async function* entries() {
    for await (const entry of readDirectory(backup.zip)) yield { entry, digest: undefined };
  }
  await compareEntries(backup, entries(), (entry, sha256) => share.see({ entry, sha256 }));
  return await share.end();
}

const CASES = 12;
const filesOf = (index: number): number => index + 1;

test('a store that gives other bytes is found out in every turn of a file that is its case’s only one', async (t) => {
  const made = await madeBackup(t, files(), { compression: 'Store' });
  const { offset } = await placeOf(made, 'CASES/case 00/file 0.bin');
  made.bytes.flip(offset + 200, 1);
  for (let turn = 0; turn < 5; turn++) {
    assert.match((await failureOf(readBack(made, turn)))?.code ?? 'passed', /^(StoredObjectDiffers|CorruptArchive)$/);
  }
});

test('one flipped byte is found out once in as many nights as its case has files', async (t) => {
  const made = await madeBackup(t, files(), { compression: 'Store' });
  const { offset } = await placeOf(made, 'CASES/case 07/file 3.bin');
  made.bytes.flip(offset + 200, 1);
  const found = await Promise.all(Array.from({ length: 8 }, (_, turn) => failureOf(readBack(made, turn))));
  assert.deepEqual(
    found.flatMap((failure, turn) => (failure ? [turn] : [])),
    [3],
  );
});

test('of every case, and of the files beside them, one is read', async (t) => {
  const made = await madeBackup(t, files(), { compression: 'Store' });
  for (const turn of [0, 1, 20_000]) assert.equal(await readBack(made, turn), CASES + 1);
});

test('files of many small cases are read with a request for each MiB, not for each of them', async (t) => {
  const small = (index: number) => file(`CASES/case ${String(index).padStart(3, '0')}/a.bin`, randomBytes(10_000));
  const made = await madeBackup(
    t,
    Array.from({ length: 300 }, (_, index) => small(index)),
    { compression: 'Store' },
  );
  assert.equal(await readBack(made, 0), 300);
  const inFront = made.asked.filter(([offset]) => offset < 300 * 10_000);
  assert.ok(inFront.length <= 5, `${inFront.length} requests`);
  assert.ok(inFront.every(([, length]) => length < 1_100_000));
});

test('what lies far apart is read alone, and nothing between', async (t) => {
  const inputs = ['a', 'b', 'c'].flatMap((name) => [
    file(`CASES/${name}/1.bin`, randomBytes(1000)),
    file(`CASES/${name}/2.bin`, randomBytes(700_000)),
  ]);
  const made = await madeBackup(t, inputs, { compression: 'Store' });
  assert.equal(await readBack(made, 0), 3);
  const inFront = made.asked.filter(([offset]) => offset < 2.2 * 700_000);
  assert.deepEqual(
    inFront.map(([, length]) => length < 1200),
    [true, true, true],
  );
});

function* files(): Generator<ReturnType<typeof file>> {
  for (let index = 0; index < CASES; index++) {
    for (let n = 0; n < filesOf(index); n++) {
      const name = `CASES/case ${String(index).padStart(2, '0')}/file ${n}.bin`;
      yield file(name, Buffer.from(`${name} `.repeat(40)));
    }
  }
  yield file('CASES/fee table.txt', 'one');
  yield file('CASES/holidays.txt', 'two');
}

async function placeOf({ open }: MadeBackup, name: string): Promise<{ readonly offset: number }> {
  const { zip } = await open();
  for await (const entry of readDirectory(zip)) if (entry.name === name) return entry;
  throw new Error(`there is no ${name}`);
}
