import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { steppedSource } from '../backup/listing/stepped-source.ts';
import { unzippedBytes } from '../night/truth.ts';
import { type Desk, openDesk } from './in-process.ts';

const LONG_AGO = new Date(Date.UTC(2025, 0, 1));

/** Eight cases of four files, which were there before the night. */
function furnish({ source }: Desk): void {
  for (let n = 1; n <= 8; n++) {
    mkdirSync(join(source, `USA00${n}`));
    for (let f = 1; f <= 4; f++) {
      const file = join(source, `USA00${n}/letter${f}.txt`);
      writeFileSync(file, `case ${n} file ${f}`);
      utimesSync(file, LONG_AGO, LONG_AGO);
    }
  }
}

const filesIn = (report: RunReport): string[] =>
  [...unzippedBytes(readFileSync(report.backup?.path ?? '')).keys()].sort();

const files = (cases: readonly string[]): string[] =>
  cases.flatMap((name) => [1, 2, 3, 4].map((f) => `${name}/letter${f}.txt`)).sort();

const EIGHT = Array.from({ length: 8 }, (_, i) => `USA00${i + 1}`);

test('a case of a folder source that is renamed while it is listed is in the backup', async () => {
  using desk = openDesk();
  furnish(desk);
  let done = false;
  const report = await desk.backUp({}, (source) =>
    steppedSource(source, (at) => {
      if (done || at !== 'page of USA002') return;
      done = true;
      renameSync(join(desk.source, 'USA008'), join(desk.source, 'USA000 (closed)'));
    }),
  );
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(filesIn(report), files([...EIGHT.slice(0, 7), 'USA000 (closed)']));
});

test('a folder in which a program writes new files all night hides nothing else, and is told', async () => {
  using desk = openDesk();
  furnish(desk);
  let written = 0;
  const report = await desk.backUp({}, (source) =>
    steppedSource(source, () => writeFileSync(join(desk.source, `USA003/scan ${++written}.txt`), 'new')),
  );
  assert.equal(report.exitCode, 0, report.message);
  assert.match(report.warnings.join(), /SourceMoving/);
  const stored = filesIn(report);
  assert.deepEqual(
    files(EIGHT).filter((path) => !stored.includes(path)),
    [],
  );
});

test('a program that saves by renaming all night makes no night incomplete and warns of nothing', async () => {
  using desk = openDesk();
  furnish(desk);
  const [file, fresh] = [join(desk.source, 'USA003/letter1.txt'), join(desk.source, 'USA003/letter1.tmp')];
  const report = await desk.backUp({}, (source) =>
    steppedSource(source, () => {
      writeFileSync(fresh, 'saved');
      renameSync(fresh, file);
    }),
  );
  assert.equal(report.exitCode, 0, report.message);
  assert.doesNotMatch(report.warnings.join(), /SourceMoving/);
  assert.deepEqual(filesIn(report), files(EIGHT));
});

test('a case that gets another name all night is named as missing, never left out of a verified backup', async () => {
  using desk = openDesk();
  furnish(desk);
  const [one, other] = [join(desk.source, 'USA008'), join(desk.source, 'USA000')];
  let steps = 0;
  const report = await desk.backUp({}, (source) =>
    steppedSource(source, () => {
      if (++steps % 5 > 0) return;
      if (existsSync(one)) renameSync(one, other);
      else renameSync(other, one);
    }),
  );
  const stored = filesIn(report);
  const isWhole = ['USA000', 'USA008'].some((name) => files([name]).every((path) => stored.includes(path)));
  assert.ok(isWhole || report.exitCode === 3, `${report.exitCode} ${report.message}: ${stored.join(', ')}`);
  assert.deepEqual(
    files(EIGHT.slice(0, 7)).filter((path) => !stored.includes(path)),
    [],
  );
});

test('a case that is deleted while a folder source is listed is gone, and makes no night incomplete', async () => {
  using desk = openDesk();
  furnish(desk);
  const report = await desk.backUp({}, (source) =>
    steppedSource(source, (at) => {
      if (at === 'page of USA002') rmSync(join(desk.source, 'USA008'), { recursive: true, force: true });
    }),
  );
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(filesIn(report), files(EIGHT.slice(0, 7)));
});
