import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../src/api/report.ts';
import { startJob } from '../../cli/backup-job.ts';
import { dropboxEnv, dropboxSpec, policyFile } from '../../cli/policy-file.ts';
import { databaseOf, logged } from '../log-faults.ts';
import { assertLogged } from '../logged-rows.ts';
import { scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

const SLOT = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e00';

/** A real process runs the night. It is told that `route` failed although it took effect, and killed when it asks again. */
async function killAfter(scene: Scene, route: string): Promise<void> {
  const { emulator } = scene;
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-killed-'));
  const job = startJob(['run', '-f', policyFile(folder, dropboxSpec({ transfer: { uploadPartMiB: 4 } }))], {
    env: {
      ...dropboxEnv(emulator),
      DATABASE_URL: databaseOf(scene).url,
      CASE_BACKUP_WORK_DIR: folder,
      CASE_BACKUP_SLOT: SLOT,
    },
  });
  emulator.faults.add({ route, when: 'after', effect: { kind: 'status', status: 503, body: '' } });
  const end = emulator.faults.onRequest(() => {
    if (emulator.faults.hits > 0) job.process.kill('SIGKILL');
  });
  const { signal, stderr } = await job.ended;
  end();
  assert.equal(signal, 'SIGKILL', stderr);
  await rm(folder, { recursive: true });
}

/** What the next run made of the killed one's record. */
async function killedReport(scene: Scene): Promise<RunReport> {
  const { records } = (await scene.inventory()).records;
  const report = records.find(({ record }) => record.slot === SLOT)?.record.report;
  assert.ok(report);
  return report;
}

/** The killed run's date is the system's. */
const scene = { ...logged, start: new Date() };

for (const [whose, slot] of [
  ['its retry', SLOT],
  ['the next night', '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01'],
] as const) {
  scenario(`a run that is killed after its commit and before its row is adopted and logged by ${whose}`, {
    row: 31,
    exit: 'succeeded',
    scene,
    night: { slot },
    fault: (opened) => killAfter(opened, 'files/move_v2'),
    async check(opened, report) {
      const killed = await killedReport(opened);
      assert.equal(killed.result, 'Succeeded');
      if (slot === SLOT) assert.equal(report.runId, killed.runId, 'the retry made a backup of its own');
      else opened.reports.push(killed);
      await assertLogged(opened);
      assert.equal((await opened.inventory()).backups.length, slot === SLOT ? 2 : 3);
    },
  });
}

scenario('a run that is killed while archiving is logged as interrupted by the next one', {
  row: 30,
  exit: 'succeeded',
  scene,
  fault: (opened) => killAfter(opened, 'files/upload_session/append_v2'),
  async check(opened) {
    const killed = await killedReport(opened);
    assert.deepEqual([killed.result, killed.reason], ['Interrupted', 'Died']);
    opened.reports.push(killed);
    await assertLogged(opened);
  },
});
