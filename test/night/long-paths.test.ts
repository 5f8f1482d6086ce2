import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScene, type Scene } from './scene.ts';
import { memberOf } from './truth.ts';

const CASE = '/CASES/USA003_Client 3';

async function linesOf({ emulator }: Scene, path = ''): Promise<{ path: string; sha256?: string; skipped?: string }[]> {
  const list = memberOf(await emulator.tree.read(path), 'files.jsonl');
  return list
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Folders of 250 letters each below the case. */
const deep = (letter: string, levels: number): string => `${CASE}${`/${letter.repeat(250)}`.repeat(levels)}`;

for (const [what, path] of [
  ['1,500 Cyrillic letters', `${deep('ж', 6)}/letter.txt`],
  ['10,000 Chinese characters', `${deep('案', 40)}/letter.txt`],
  ['7,500 emoji', `${deep('😀', 30)}/${'x'.repeat(200)}`],
  ['60,000 plain letters', `${deep('a', 240)}/letter.txt`],
] as const)
  test(`a file below a path of ${what} is in the backup`, async () => {
    await using scene = await openScene({ cases: 3 });
    scene.emulator.tree.put(path, 'far below');
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.skippedFiles], [0, 0], report.message);
    const lines = await linesOf(scene, report.backup?.path);
    assert.equal(lines.filter((line) => `/CASES/${line.path}` === path && line.sha256 !== undefined).length, 1);
  });

for (const [what, path, reason] of [
  ['a path of 75,000 letters', `${deep('a', 300)}/letter.txt`, 'name_too_long'],
  ['a path that the archive has to write longer', `${CASE}${`/${':'.repeat(85)}`.repeat(260)}/a`, 'name_too_long'],
  ['a file name of a million letters', `${CASE}/${'ж'.repeat(1_000_000)}`, 'name_too_long'],
  ['a folder name of a million letters', `${CASE}/${'x'.repeat(1_000_000)}/letter.txt`, 'name_too_long'],
  ['a case name of a million letters', `/CASES/${'x'.repeat(1_000_000)}/letter.txt`, 'name_too_long'],
] as const)
  test(`${what} is named with its reason, and never stops the night`, async () => {
    await using scene = await openScene({ cases: 3 });
    scene.emulator.tree.put(path, 'out of reach');
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.reason], [3, 'FilesMissing'], report.message);
    assert.equal(report.files, 19);
    assert.match(report.message, new RegExp(reason));
    assert.ok(JSON.stringify(report).length < 20_000);
    const skipped = (await linesOf(scene, report.backup?.path)).filter((line) => line.skipped !== undefined);
    assert.ok(skipped.length >= 1 && skipped.every((line) => line.skipped === reason));
  });

for (const [what, status] of [
  ['with a 400', 400],
  ['with a 431', 431],
] as const)
  test(`a file whose request is refused for its form ${what} is skipped, and the others are there`, async () => {
    await using scene = await openScene({ cases: 3 });
    const path = `${CASE}/letter.txt`;
    const effect = { kind: 'status', status, body: 'Request Header Fields Too Large' } as const;
    scene.emulator.faults.add({ route: 'files/download', path, times: Number.POSITIVE_INFINITY, effect });
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.files, report.skippedFiles], [3, 18, 1], report.message);
    assert.deepEqual(report.failingPaths, ['USA003_Client 3/letter.txt']);
    assert.match(report.message, /1 request_refused/);
  });

test('an answer whose headers are larger than anybody needs costs that file', async () => {
  await using scene = await openScene({ cases: 3 });
  const effect = { kind: 'header', name: 'Dropbox-API-Result', value: 'x'.repeat(2_000_000) } as const;
  const path = `${CASE}/scan.jpg`;
  scene.emulator.faults.add({ route: 'files/download', path, times: Number.POSITIVE_INFINITY, effect });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.skippedFiles], [3, 1], report.message);
  assert.match(report.message, /1 request_refused/);
});
