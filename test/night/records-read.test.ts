import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUNS_FOLDER } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { openScene } from './scene.ts';

const DAY_MS = 86_400_000;

test('a night reads each run record once, however many there are, and finds what died and what was lost all the same', async () => {
  await using scene = await openScene();
  for (let night = 0; night < 3; night++) {
    assert.equal((await scene.night()).result, 'Succeeded');
    scene.clock.advance(DAY_MS);
  }
  const [first] = scene.reports;
  scene.emulator.tree.remove(first?.backup?.path ?? '');
  const reads = new Map<string, number>();
  const counted = (store: Store): Store => ({
    ...store,
    load(file, signal) {
      if (file.path.startsWith(RUNS_FOLDER)) reads.set(file.path, (reads.get(file.path) ?? 0) + 1);
      return store.load(file, signal);
    },
  });
  const report = await scene.night({ wrapDestination: counted });
  assert.equal(report.result, 'Succeeded', report.message);
  assert.deepEqual([...reads.values()], [1, 1, 1]);
  assert.match(report.warnings.join('\n'), /^BackupLost: /m);
  assert.equal(report.retention?.backups, 3);
});
