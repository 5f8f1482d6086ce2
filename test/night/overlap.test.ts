import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScene } from './scene.ts';

for (const [what, folder] of [
  ['the source itself', '/CASES'],
  ['the source in another case', '/cases'],
  ['a folder inside the source', '/CASES/USA001_Client 1/backups'],
] as const) {
  test(`a destination that is ${what} is refused before anything is written`, async () => {
    await using scene = await openScene();
    const before = scene.emulator.tree.files('/').length;
    const report = await scene.night({ destinationRoot: folder });
    assert.deepEqual([report.exitCode, report.reason], [5, 'Overlap']);
    assert.equal(scene.emulator.tree.files('/').length, before);
  });
}

test('a destination that holds the source is refused', async () => {
  await using scene = await openScene();
  const report = await scene.night({ destinationRoot: '/BACKUPS', sourceRoot: '/BACKUPS/old cases' });
  assert.deepEqual([report.exitCode, report.reason], [5, 'SourceMissing']);
  scene.emulator.tree.put('/BACKUPS/old cases/a.txt', 'a');
  const again = await scene.night({ destinationRoot: '/BACKUPS', sourceRoot: '/BACKUPS/old cases' });
  assert.deepEqual([again.exitCode, again.reason], [5, 'Overlap']);
});

test('names that only begin alike do not overlap', async () => {
  await using scene = await openScene();
  const report = await scene.night({ destinationRoot: '/CASES backups' });
  assert.equal(report.result, 'Succeeded', report.message);
});
