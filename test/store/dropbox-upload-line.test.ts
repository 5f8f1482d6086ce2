import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesDue } from '../../src/store/dropbox/upload/part-size.ts';
import { MIB } from './conformance/fixture.ts';
import { uploadOver } from './simulated-line.ts';

const PART = 16 * MIB;
const BLOCK = 4 * MIB;
const FULL = { partBytes: PART, hasFreeBuffer: true };

test('on a line as fast as the archive, little is left to send when the archive ends', async () => {
  const { leftMib, tailMs } = await uploadOver({ line: 25, latencyMs: 20, archive: { mib: 256, rate: 24 } });
  assert.ok(leftMib < 10, `${leftMib} MiB are left`);
  assert.ok(tailMs < 450, `the end takes ${tailMs} ms`);
});

test('on a line that is slower than the archive, parts are as large as they may be', async () => {
  const { appends } = await uploadOver({ line: 25, latencyMs: 100, archive: { mib: 256, rate: 200 } });
  assert.ok(appends.length <= 256 / 16 + 4, `${appends.length} appends`);
});

test('the parts of an archive that is slower than the line wait for nothing', async () => {
  const { leftMib, appends } = await uploadOver({ line: 500, latencyMs: 5, archive: { mib: 128, rate: 50 } });
  assert.ok(leftMib < 4.1, `${leftMib} MiB are left`);
  assert.ok(appends.slice(1, -1).every((bytes) => bytes === BLOCK));
  assert.ok((appends.at(-1) ?? 0) < BLOCK);
});

test('all parts but the closing one are whole blocks, whatever the rates', async () => {
  for (const [line, rate] of [
    [20, 19],
    [10, 30],
    [90, 60],
  ] as const) {
    const { appends } = await uploadOver({ line, latencyMs: 60, archive: { mib: 100, rate } });
    assert.ok(appends.slice(0, -1).every((bytes) => bytes > 0 && bytes <= PART && bytes % BLOCK === 0));
    assert.equal(
      appends.reduce((sum, bytes) => sum + bytes, 0),
      100 * MIB - 1000,
    );
  }
});

test('an archive that fits into one part goes with one request, on any line', async () => {
  const { appends } = await uploadOver({ line: 25, latencyMs: 20, archive: { mib: 16, rate: 5 } });
  assert.deepEqual(appends, []);
});

test('a terabyte on a line that always waits takes 300 parts more than full ones, and no more', () => {
  let parts = 0;
  let before = PART;
  for (let bytes = 0; before < 2 ** 40; bytes += BLOCK) {
    const due = bytesDue({ ...FULL, bytes, before, underWay: 0 });
    if (due === 0) continue;
    parts++;
    before += due;
    bytes = -BLOCK;
  }
  const more = parts - 2 ** 40 / PART;
  assert.ok(more > 200 && more < 320, `${more} more`);
});

test('a part goes before its buffer is full only when the line has room and another buffer is free', () => {
  const due = { ...FULL, bytes: 9 * MIB, before: PART, underWay: 2 };
  assert.equal(bytesDue(due), 2 * BLOCK);
  assert.equal(bytesDue({ ...due, bytes: BLOCK - 1 }), 0);
  assert.equal(bytesDue({ ...due, underWay: 3 }), 0);
  assert.equal(bytesDue({ ...due, hasFreeBuffer: false }), 0);
  assert.equal(bytesDue({ ...due, bytes: PART, underWay: 3, hasFreeBuffer: false }), PART);
});
