import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { RUNS_FOLDER } from '../../src/api/names.ts';
import { verifyStored } from '../../src/backup/verify-stored.ts';
import { systemClock } from '../../src/host/clock.ts';
import { Failure } from '../../src/host/errors.ts';
import { never, openDesk } from './in-process.ts';

const desk = openDesk();
let path = '';
let whole: Buffer;

before(async () => {
  for (const name of ['USA001_Smith', 'USA002_Jones']) {
    mkdirSync(join(desk.source, name, 'empty'), { recursive: true });
    writeFileSync(join(desk.source, name, 'letter.txt'), `Dear ${name}, `.repeat(900));
    writeFileSync(join(desk.source, name, 'scan.jpg'), randomFillSync(Buffer.alloc(9000)));
    writeFileSync(join(desk.source, name, 'nothing.txt'), '');
  }
  const report = await desk.backUp();
  path = report.backup?.path ?? '';
  whole = readFileSync(path);
});
after(() => desk[Symbol.dispose]());

/** The exit code of a full verification of these bytes in the backup's place; 0 when it finds nothing wrong. */
async function verdictOn(bytes: Buffer): Promise<number> {
  writeFileSync(path, bytes);
  try {
    await verifyStored(desk.destination, undefined, {
      level: 'Full',
      clock: systemClock,
      signal: never,
      onBytes: () => undefined,
    });
    return 0;
  } catch (error) {
    if (error instanceof Failure) return error.exitCode;
    throw error;
  }
}

function flipped(bit: number): Buffer {
  const bytes = Buffer.from(whole);
  const at = bit >> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

/** Anywhere, and as often in the first header and in the central directory with what ends the archive. */
const bit = fc.noShrink(
  fc.integer({ min: 0, max: 2 }).chain((area) => {
    const bits = whole.length * 8;
    const directory = whole.indexOf(Buffer.from('PK\x01\x02', 'latin1')) * 8;
    const [min, max] = [
      [0, bits - 1],
      [0, 64 * 8],
      [directory, bits - 1],
    ][area] ?? [0, 0];
    return fc.integer({ min: min ?? 0, max: max ?? 0 });
  }),
);

const RUNS = 400;

test('A backup with any bit flipped fails a full verification with exit code 4', { timeout: 120_000 }, async () => {
  assert.equal(await verdictOn(whole), 0);
  await fc.assert(
    fc.asyncProperty(bit, async (position) => assert.equal(await verdictOn(flipped(position)), 4)),
    { numRuns: RUNS },
  );
});

test('A backup cut short anywhere fails a full verification with exit code 4', { timeout: 120_000 }, async () => {
  const length = fc.integer({ min: 0, max: whole.length - 1 });
  await fc.assert(
    fc.asyncProperty(length, async (kept) => {
      writeFileSync(path, whole);
      truncateSync(path, kept);
      assert.equal(await verdictOn(whole.subarray(0, kept)), 4);
    }),
    { numRuns: RUNS / 4 },
  );
});

test("Without its run record a backup's own checks find every cut, and every flipped bit that could matter", {
  timeout: 120_000,
}, async (t) => {
  rmSync(join(path, '..', RUNS_FOLDER), { recursive: true });
  assert.equal(await verdictOn(whole), 0);
  const verdicts = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(bit, async (position) => {
      const verdict = await verdictOn(flipped(position));
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  const noticed = verdicts.get(4) ?? 0;
  t.diagnostic(`${noticed} of ${RUNS} flipped bits noticed without the record`);
  // Version numbers, attributes and the padding of a deflate stream say nothing about names, times and contents.
  assert.equal(noticed + (verdicts.get(0) ?? 0), RUNS);
  assert.ok(noticed >= 0.9 * RUNS);
  for (let kept = whole.length - 1; kept > 0; kept = Math.floor(kept * 0.9)) {
    assert.equal(await verdictOn(whole.subarray(0, kept)), 4, `${kept} bytes of ${whole.length}`);
  }
});
