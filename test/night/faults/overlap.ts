import assert from 'node:assert/strict';
import { scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

const requestsThatChange = ({ emulator }: Scene): number =>
  ['files/upload', 'files/upload_session/start', 'files/move_v2', 'files/create_folder_v2', 'files/delete_v2']
    .map((route) => emulator.stats().routes[route]?.requests ?? 0)
    .reduce((sum, requests) => sum + requests, 0);

for (const [what, destinationRoot] of [
  ['the source itself', '/CASES'],
  ['the source in another case', '/cases'],
  ['a folder inside the source', '/CASES/USA001_Client 1/backups'],
  ['the folder above the source', ''],
] as const) {
  scenario(`a destination that is ${what} is refused before anything is written`, {
    row: 69,
    exit: 'refused',
    reason: 'Overlap',
    night: { destinationRoot },
    fault: (scene) => scene.emulator.resetStats(),
    check: (scene) => assert.equal(requestsThatChange(scene), 0),
  });
}

scenario('a source inside the destination is refused, its being there first', {
  row: 69,
  exit: 'refused',
  reason: 'SourceMissing',
  night: { sourceRoot: '/BACKUPS/old cases' },
  fault: () => undefined,
  async check(scene) {
    scene.emulator.tree.put('/BACKUPS/old cases/a.txt', 'a');
    const again = await scene.night({ sourceRoot: '/BACKUPS/old cases' });
    assert.deepEqual([again.exitCode, again.reason], [5, 'Overlap']);
  },
});

scenario('names that only begin alike do not overlap', {
  row: 69,
  exit: 'succeeded',
  night: { destinationRoot: '/CASES backups' },
  fault: () => undefined,
});
