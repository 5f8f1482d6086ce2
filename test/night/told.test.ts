import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '../../src/repository/manifest.ts';
import type { Store } from '../../src/store/store.ts';
import { openScene, type Scene } from './scene.ts';
import { memberOf } from './truth.ts';

const DAY_MS = 86_400_000;

async function manifestOf({ emulator, reports }: Scene): Promise<Manifest> {
  const path = reports.at(-1)?.backup?.path ?? '';
  return JSON.parse(memberOf(await emulator.tree.read(path), 'manifest.json'));
}

test('cases that are gone since the backup before are counted in the report and named in the manifest alone', async () => {
  await using scene = await openScene({ cases: 8 });
  assert.equal((await scene.night()).goneCases, undefined);
  assert.equal('cases_gone' in (await manifestOf(scene)), false);
  scene.clock.advance(DAY_MS);
  scene.emulator.tree.remove('/CASES/USA003_Client 3');
  const report = await scene.night();
  assert.deepEqual([report.result, report.goneCases], ['Succeeded', 1]);
  const manifest = await manifestOf(scene);
  assert.deepEqual(manifest.cases_gone, ['USA003_Client 3']);
  assert.equal(manifest.cases_included.length, 7);
  assert.doesNotMatch(JSON.stringify([report, scene.log]), /USA003/);
  const records = scene.emulator.tree.files('/BACKUPS').filter((path) => path.endsWith('.json'));
  for (const path of records) assert.doesNotMatch(String(await scene.emulator.tree.read(path)), /USA003/);
  scene.clock.advance(DAY_MS);
  assert.equal((await scene.night()).goneCases, 0);
});

test('a case that is only spelled in other letters is not gone', async () => {
  await using scene = await openScene({ cases: 2 });
  await scene.night();
  scene.clock.advance(DAY_MS);
  scene.emulator.tree.move('/CASES/USA002_Client 2', '/CASES/Usa002_client 2');
  assert.equal((await scene.night()).goneCases, 0);
});

test('a backup before that can not be opened costs the names of the cases that are gone, and no night', async () => {
  await using scene = await openScene({ cases: 2 });
  await scene.night();
  const closed = (store: Store): Store => ({
    ...store,
    readRange(file, offset, length, signal) {
      if (file.path.includes('/incoming/')) return store.readRange(file, offset, length, signal);
      return Promise.reject(new Error('not today'));
    },
  });
  scene.clock.advance(DAY_MS);
  const report = await scene.night({ wrapDestination: closed });
  assert.deepEqual([report.result, report.goneCases], ['Succeeded', undefined]);
  assert.match(scene.log.join(), /which cases are gone is not known: not today/);
});

test('excluded files are counted, and more of them than files that are left is a warning', async () => {
  await using scene = await openScene({ cases: 1 });
  const few = await scene.night({ spec: { source: { exclude: ['**/*.jpg'] } } });
  assert.deepEqual([few.excludedFiles, few.files, few.skippedFiles, few.warnings], [1, 6, 0, []]);
  const guards = { maxShrinkPercent: 100, maxByteShrinkPercent: 100 };
  const most = await scene.night({ spec: { guards, source: { exclude: ['**/*.{txt,jpg,eml,md}'] } } });
  assert.deepEqual([most.result, most.excludedFiles, most.files], ['Succeeded', 5, 2]);
  assert.match(most.warnings.join('\n'), /^MostlyExcluded: spec\.source\.exclude leaves out 5 of 7 files$/m);
  assert.equal((await scene.night({ spec: { guards } })).excludedFiles, 0);
});

test('a night reads every byte back when its last full check is as old as fullEvery says', async () => {
  await using scene = await openScene({ cases: 1 });
  const levels: (string | undefined)[] = [];
  for (let night = 0; night < 4; night++) {
    levels.push((await scene.night({ spec: { verification: { fullEvery: 3 } } })).verification?.level);
    scene.clock.advance(DAY_MS);
  }
  assert.deepEqual(levels, ['Full', 'Standard', 'Standard', 'Full']);
});
