import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../src/host/clock.ts';
import { Failure } from '../../src/host/errors.ts';
import { RUNS_FOLDER } from '../../src/repository/names.ts';
import { verifyStored } from '../../src/repository/verify/verify-stored.ts';
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
      policy: desk.policy,
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

/** Anywhere, and as often in the first header, in what the manifest can't sum, and in the central directory with the end. */
const bit = fc.noShrink(
  fc.integer({ min: 0, max: 3 }).chain((area) => {
    const start = (signature: string, behind: string): number =>
      whole.indexOf(Buffer.from(signature, 'latin1'), whole.indexOf(behind)) * 8;
    const last = whole.length * 8 - 1;
    const [min, max] = [
      [0, last],
      [0, 64 * 8],
      [(whole.indexOf('manifest.json') - 30) * 8, last],
      [start('PK\x01\x02', 'SHA256SUMS'), last],
    ][area] ?? [0, last];
    return fc.integer({ min: min ?? 0, max: max ?? last });
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

test('A backup without its run record fails all the same, for any flipped bit and any cut', {
  timeout: 240_000,
}, async () => {
  rmSync(join(path, '..', RUNS_FOLDER), { recursive: true });
  assert.equal(await verdictOn(whole), 0);
  const missed = new Set<number>();
  await fc.assert(
    fc.asyncProperty(bit, async (position) => {
      if ((await verdictOn(flipped(position))) !== 4) missed.add(position);
    }),
    { numRuns: 4 * RUNS },
  );
  assert.deepEqual([...missed], [], `bits of ${whole.length} bytes`);
  for (let kept = whole.length - 1; kept > 0; kept = Math.floor(kept * 0.9)) {
    assert.equal(await verdictOn(whole.subarray(0, kept)), 4, `${kept} bytes of ${whole.length}`);
  }
});
