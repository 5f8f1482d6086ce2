import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { assertLogged } from './logged-rows.ts';
import { openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;

const outage = () => Promise.reject(new Failure('RemoteUnavailable', 'the remote can’t be reached'));

/** What stands, and what the records say of it. */
async function standing(scene: Scene): Promise<string[]> {
  const { backups, lost, records } = await scene.inventory();
  assert.deepEqual([lost, records.unreadable], [[], []]);
  return backups.map(({ name, status, proof }) => `${name} ${status} ${proof?.record.state}`);
}

test('a destination that no longer says how full it is costs the figure, and neither record, row nor retention', async () => {
  await using scene = await openScene({ logged: true });
  let isMoved = false;
  const report = await scene.night({
    wrapDestination: (store: Store): Store => ({
      ...store,
      async move(from, to, signal) {
        isMoved = true;
        return await store.move(from, to, signal);
      },
      space: (signal) => (isMoved ? outage() : store.space(signal)),
    }),
  });
  assert.equal(report.result, 'Succeeded', report.message);
  assert.match(report.warnings.join('\n'), /^QuotaUnknown: .*the remote can’t be reached$/m);
  assert.deepEqual(report.quota, undefined);
  assert.equal(report.retention?.verified, 1);
  assert.deepEqual(await standing(scene), ['2026-11-22_backup.zip verified finished']);
  await assertLogged(scene);
});

for (const root of ['/BACK', '/Office/BACKUPS of the nights', '/BACKUPT']) {
  test(`a run that died after its commit is adopted though the destination has become ${root}`, async () => {
    await using scene = await openScene();
    const refuseTheRest = (store: Store): Store => ({
      ...store,
      put: (path, bytes, expect, signal) =>
        bytes.includes('"finished"') ? outage() : store.put(path, bytes, expect, signal),
    });
    const first = await scene.night({ slot: 'first', wrapDestination: refuseTheRest });
    assert.match(first.warnings.join('\n'), /^AftermathFailed: /m);
    assert.deepEqual(await standing(scene), ['2026-11-22_backup.zip unproven undefined']);

    scene.emulator.tree.folder('/Office');
    scene.emulator.tree.move('/BACKUPS', root);
    scene.clock.advance(DAY_MS);
    const second = await scene.night({ slot: 'second', destinationRoot: root });
    assert.equal(second.result, 'Succeeded', second.message);
    assert.deepEqual([second.retention?.backups, second.retention?.verified], [2, 2]);

    scene.emulator.tree.move(root, '/BACKUPS');
    assert.deepEqual(await standing(scene), [
      '2026-11-22_backup.zip verified finished',
      '2026-11-23_backup.zip verified finished',
    ]);
  });
}
