import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memberOf } from '../night/truth.ts';
import { openDesk } from './in-process.ts';

/** Seconds since 1970; tmpfs keeps each, where ext4 and others keep the nearest that they can. */
const TIMES = [
  '910692730085',
  '-125000000000',
  '8700000000000',
  '-62135596801',
  '253402300800',
  '4102444800',
  '-3000000000',
  '-1',
];
const YEAR_1 = -62_135_596_800;
const YEAR_10000 = 253_402_300_800;

test('files of any time are backed up and verified in two nights, and files.jsonl says what the disk said', {
  timeout: 120_000,
}, async () => {
  using desk = openDesk('/dev/shm');
  mkdirSync(join(desk.source, 'case'));
  for (const seconds of TIMES) {
    const path = join(desk.source, 'case', `${seconds}.txt`);
    writeFileSync(path, seconds);
    execFileSync('touch', ['-d', `@${seconds}`, path]);
  }
  for (const verification of [{ level: 'Standard' }, { level: 'Full' }]) {
    const report = await desk.backUp({ verification });
    assert.deepEqual([report.result, report.files], ['Succeeded', TIMES.length], report.message);
    const zip = report.backup?.path ?? '';
    const lines = memberOf(readFileSync(zip), 'files.jsonl').trim().split('\n');
    for (const line of lines) {
      const { path, modified, modified_as_stored: said } = JSON.parse(line);
      const kept = statSync(join(desk.source, path), { bigint: true }).mtimeNs / 1_000_000_000n;
      const isBeyond = kept < YEAR_1 || kept >= YEAR_10000;
      assert.equal(said, isBeyond ? String(kept) : undefined, path);
      assert.equal(modified, new Date(Math.min(Math.max(Number(kept), YEAR_1), YEAR_10000 - 1) * 1000).toISOString());
    }
    execFileSync('unzip', ['-tqq', zip]);
  }
});

test('unzip gives a file of 2050 the time that it has, by the DOS field, and one of today by the UT field', async () => {
  using desk = openDesk();
  mkdirSync(join(desk.source, 'case'));
  for (const time of ['2050-06-01T12:00:00Z', '2026-06-01T12:00:01Z']) {
    const path = join(desk.source, 'case', `${time.slice(0, 4)}.txt`);
    writeFileSync(path, 'x');
    execFileSync('touch', ['-d', time, path]);
  }
  const { backup, message } = await desk.backUp();
  const out = join(desk.source, '../out');
  execFileSync('unzip', ['-qq', backup?.path ?? message, '-d', out], { env: { ...process.env, TZ: 'UTC' } });
  const timeOf = (name: string): string => statSync(join(out, 'CASES/case', name)).mtime.toISOString();
  assert.equal(timeOf('2050.txt'), '2050-06-01T12:00:00.000Z');
  assert.equal(timeOf('2026.txt'), '2026-06-01T12:00:01.000Z');
});
