import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import type { Spec } from '../cli/policy-file.ts';
import { unprivileged } from '../store/unprivileged.ts';
import { type Desk, openDesk } from '../whole/in-process.ts';
import { memberOf, unzippedBytes } from './truth.ts';

/** Eight cases of three files. */
function furnish({ source, target, workParent }: Desk): void {
  for (let n = 1; n <= 8; n++) {
    for (const name of ['letter.txt', 'Mails/answer.eml', 'Mails/2026/bill.txt']) {
      const path = join(source, `USA00${n}`, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${n} ${name}`);
    }
  }
  for (const folder of [target, workParent]) chmodSync(folder, 0o777);
}

/** A night that is no superuser's, while a folder can't be opened by its user. */
async function nightWithout(desk: Desk, closed: string, change?: Spec): Promise<RunReport> {
  mkdirSync(join(desk.source, closed), { recursive: true });
  chmodSync(join(desk.source, closed), 0);
  try {
    return await unprivileged(desk.source, () => desk.backUp(change));
  } finally {
    chmodSync(join(desk.source, closed), 0o755);
  }
}

const zipOf = ({ backup }: RunReport): Buffer => readFileSync(backup?.path ?? '');

function skippedLines(report: RunReport): string[] {
  const lines = memberOf(zipOf(report), 'files.jsonl').trim().split('\n');
  return lines.map((line) => JSON.parse(line)).flatMap(({ path, skipped }) => (skipped ? [`${path} ${skipped}`] : []));
}

for (const [closed, files] of [
  ['lost+found', 24],
  ['USA003', 21],
  ['USA003/Mails', 22],
  ['USA003/Mails/2026', 23],
] as const) {
  test(`a folder that may not be opened (${closed}) is named, and all else is in the backup`, async () => {
    using desk = openDesk();
    furnish(desk);
    const report = await nightWithout(desk, closed);
    assert.deepEqual([report.exitCode, report.reason, report.skippedFiles], [3, 'FilesMissing', 1], report.message);
    assert.deepEqual(report.failingPaths, [closed]);
    assert.deepEqual(skippedLines(report), [`${closed} no_access`]);
    assert.equal(unzippedBytes(zipOf(report)).size, files);
  });

  for (const exclude of [closed, `${closed}/**`]) {
    test(`a folder that may not be opened (${closed}) makes no night incomplete that excludes ${exclude}`, async () => {
      using desk = openDesk();
      furnish(desk);
      const source = { directory: { path: desk.source }, exclude: [exclude] };
      const report = await nightWithout(desk, closed, { source });
      assert.deepEqual([report.exitCode, report.skippedFiles], [0, 0], report.message);
      assert.equal(unzippedBytes(zipOf(report)).size, files);
    });
  }
}

test('a source that may not be opened ends the run, and no backup is made', async () => {
  using desk = openDesk();
  furnish(desk);
  const report = await nightWithout(desk, '');
  assert.deepEqual([report.exitCode, report.reason, report.backup], [2, 'AccessDenied', undefined], report.message);
  assert.ok(report.message.includes(desk.source));
});

test('a case that can not be opened any more counts as it was: it is named, not taken for lost', async () => {
  using desk = openDesk();
  furnish(desk);
  const guards = { minFiles: 1, maxShrinkPercent: 10 };
  assert.equal((await nightWithout(desk, 'lost+found', { guards })).files, 24);
  const closed = await nightWithout(desk, 'USA003', { guards });
  assert.deepEqual([closed.exitCode, closed.goneCases, closed.failingPaths], [3, 0, ['USA003']], closed.message);
  const again = await nightWithout(desk, 'USA003', { guards });
  assert.deepEqual([again.exitCode, again.goneCases], [3, 0], again.message);
});

test('cases that are gone are not excused by one that can not be opened', async () => {
  using desk = openDesk();
  furnish(desk);
  assert.equal((await nightWithout(desk, 'lost+found')).files, 24);
  for (const n of [1, 2]) rmSync(join(desk.source, `USA00${n}`), { recursive: true });
  const report = await nightWithout(desk, 'USA003');
  assert.deepEqual([report.exitCode, report.reason], [5, 'SourceShrunk'], report.message);
});

test('a case that stays closed for nights makes each of them incomplete, and is missed when it is gone', async () => {
  using desk = openDesk();
  furnish(desk);
  for (let n = 4; n <= 8; n++) rmSync(join(desk.source, `USA00${n}`), { recursive: true });
  assert.equal((await unprivileged(desk.source, () => desk.backUp())).exitCode, 0);
  for (const night of [2, 3]) {
    const { exitCode, message } = await nightWithout(desk, 'USA002/Mails');
    assert.equal(exitCode, 3, `night ${night}: ${message}`);
  }
  for (const night of [4, 5, 6]) {
    const { exitCode, message, goneCases } = await nightWithout(desk, 'USA002');
    assert.deepEqual([exitCode, goneCases], [3, 0], `night ${night}: ${message}`);
  }
  rmSync(join(desk.source, 'USA002'), { recursive: true });
  const { exitCode, reason } = await unprivileged(desk.source, () => desk.backUp());
  assert.deepEqual([exitCode, reason], [5, 'SourceShrunk']);
});
