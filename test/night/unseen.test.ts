import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderFlags } from '../dropbox/nodes.ts';
import { openScene, type Scene } from './scene.ts';
import { contentsOf, memberOf, unzipped } from './truth.ts';

const DAY_MS = 86_400_000;
const CASE = '/CASES/USA003_Client 3';
const CLOSED: FolderFlags = { noAccess: 'path/not_found' };

/** The lines of files.jsonl about what is not in the newest backup, as "path reason". */
async function skippedLines({ emulator }: Scene, path: string): Promise<string[]> {
  return memberOf(await emulator.tree.read(path), 'files.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((line) => 'skipped' in line)
    .map((line) => `${line.path} ${line.skipped}`);
}

for (const [what, path] of [
  ['a case', CASE],
  ['a folder deep in a case', `${CASE}/Mails/2026`],
] as const)
  test(`${what} that may be seen and not looked into is named, and makes the night incomplete`, async () => {
    await using scene = await openScene({ cases: 8 });
    scene.emulator.tree.put(`${path}/sealed.txt`, 'sealed');
    scene.emulator.tree.restrict(path, CLOSED);
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.reason, report.skippedFiles], [3, 'FilesMissing', 1], report.message);
    const relative = path.slice('/CASES/'.length);
    assert.deepEqual(report.failingPaths, [relative]);
    assert.match(report.message, /1 no_access/);
    assert.deepEqual(await skippedLines(scene, report.backup?.path ?? ''), [`${relative} no_access`]);
  });

test('a folder that is only open in part gives what is seen of it, and is named for the rest', async () => {
  await using scene = await openScene();
  scene.emulator.tree.restrict(CASE, { traverseOnly: ['Mails'] });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.skippedFiles], [3, 1], report.message);
  assert.deepEqual(report.failingPaths, ['USA003_Client 3']);
  assert.deepEqual(await skippedLines(scene, report.backup?.path ?? ''), ['USA003_Client 3 partly_visible']);
  assert.equal(report.files, 5 * 6 + 1 - 4);
});

test('a source that is only open in part is backed up as far as it is seen, every night incomplete', async () => {
  await using scene = await openScene();
  scene.emulator.tree.restrict('/CASES', { traverseOnly: ['USA001_Client 1', 'USA002_Client 2'] });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.cases, report.skippedFiles], [3, 2, 1], report.message);
  assert.match(report.message, /1 partly_visible/);
});

for (const refusal of ['path/not_found', 'path/restricted_content', 'path/other'] as const)
  test(`a case that can't be looked into any more when its turn comes (${refusal}) is named, never forgotten`, async () => {
    await using scene = await openScene({ cases: 8 });
    await scene.night();
    scene.clock.advance(DAY_MS);
    const effect = { kind: 'refusal', error: refusal } as const;
    scene.emulator.faults.add({ route: 'files/list_folder', path: CASE, times: 100, effect });
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.skippedFiles], [3, 1], report.message);
    assert.deepEqual(report.failingPaths, ['USA003_Client 3']);
    assert.equal(report.cases, 7);
  });

test('a case that is not found once and then again is in the backup', async () => {
  await using scene = await openScene();
  const effect = { kind: 'refusal', error: 'path/not_found' } as const;
  scene.emulator.faults.add({ route: 'files/list_folder', path: CASE, effect });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.cases], [0, 5], report.message);
});

test("a source that can't be looked into ends the run with a code of its own, and makes nothing", async () => {
  await using scene = await openScene();
  scene.emulator.tree.restrict('/CASES', CLOSED);
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.reason], [12, 'RootNoAccess'], report.message);
  assert.match(report.message, /\/CASES/);
  assert.equal((await scene.inventory()).backups.length, 0);
});

test('a closed folder that the policy excludes is not asked for and makes no night incomplete', async () => {
  await using scene = await openScene();
  scene.emulator.tree.restrict(CASE, CLOSED);
  scene.emulator.tree.restrict('/CASES/USA004_Client 4', { traverseOnly: ['Mails'] });
  const exclude = ['USA003_Client 3', 'USA004_Client 4', 'USA005*/**'];
  const report = await scene.night({
    spec: {
      source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES', namespace: 'Root' }, exclude },
    },
  });
  assert.deepEqual([report.exitCode, report.skippedFiles], [0, 0], report.message);
  const listed = scene.emulator.requests().map(({ args }) => String(Object(args).path));
  assert.deepEqual(
    listed.filter((path) => /USA00[35]/.test(path)),
    [],
  );
});

test('a file that a colleague has locked for editing is in the backup as it stands', async () => {
  await using scene = await openScene();
  const path = `${CASE}/contract.docx`;
  scene.emulator.tree.put(path, 'as it stands', { flags: { lockedBy: 'Bob Ray' } });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.skippedFiles], [0, 0], report.message);
  const stored = await unzipped(scene.emulator, report.backup?.path ?? '');
  assert.deepEqual(stored, await contentsOf(scene.emulator, '/CASES'));
  assert.ok([...stored.keys()].some((name) => name.endsWith('/contract.docx')));
});

test('a file that Dropbox refuses as locked is named, and makes the night incomplete', async () => {
  await using scene = await openScene();
  scene.emulator.tree.put(`${CASE}/contract.docx`, 'withheld', { flags: { locked: true } });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.skippedFiles], [3, 1], report.message);
  assert.deepEqual(await skippedLines(scene, report.backup?.path ?? ''), ['USA003_Client 3/contract.docx locked']);
});

test('a case and a folder in a case that others share with the account are in the backup', async () => {
  await using scene = await openScene();
  scene.emulator.tree.namespace(CASE, '84528192421');
  scene.emulator.tree.namespace('/CASES/USA004_Client 4/Mails', '84528192422');
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.skippedFiles], [0, 0], report.message);
  const stored = await unzipped(scene.emulator, report.backup?.path ?? '');
  assert.deepEqual(stored, await contentsOf(scene.emulator, '/CASES'));
});

test('a source that may only be read is backed up as any other', async () => {
  await using scene = await openScene();
  scene.emulator.tree.namespace('/CASES', '84528192421');
  scene.emulator.tree.restrict('/CASES', { readOnly: true });
  assert.equal((await scene.night()).exitCode, 0);
});

test('a destination that may only be read is told as a setting to correct, before anything is read', async () => {
  await using scene = await openScene();
  scene.emulator.tree.folder('/BACKUPS');
  scene.emulator.tree.restrict('/BACKUPS', { readOnly: true });
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.reason], [2, 'NoWritePermission'], report.message);
  assert.match(report.message, /\/BACKUPS/);
  assert.equal(scene.emulator.stats().routes['files/download'], undefined);
});
