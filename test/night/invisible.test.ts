import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScene } from './scene.ts';
import { contentsOf, unzipped } from './truth.ts';

/** The service shows a file late now and then, also to those who have just put it there (rclone issue 8881). */
const HIDDEN = { kind: 'invisible', looks: 3, ms: 60_000 } as const;

for (const [what, route, path] of [
  ['the ZIP at its name', 'files/move_v2', undefined],
  ['the upload that is to be verified', 'files/upload_session/finish', undefined],
  ['the first record', 'files/upload', /\/runs\//],
  ['the lease', 'files/upload', /lease\.json$/],
] as const)
  test(`${what} is seen late by everybody, and the night is as good as any`, async () => {
    await using scene = await openScene();
    scene.emulator.faults.add({ route, effect: HIDDEN, ...(path && { path }) });
    const report = await scene.night();
    assert.equal(scene.emulator.faults.hits, 1);
    assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
    assert.deepEqual(
      await unzipped(scene.emulator, report.backup?.path ?? ''),
      await contentsOf(scene.emulator, '/CASES'),
    );
    const [record = ''] = scene.emulator.tree.files('/BACKUPS/.case-backup/runs');
    assert.equal(JSON.parse(String(await scene.emulator.tree.read(record))).state, 'finished');
    scene.clock.advance(86_400_000);
    assert.equal((await scene.night()).exitCode, 0);
  });
