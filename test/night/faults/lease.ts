import assert from 'node:assert/strict';
import { processIdentity } from '../../../src/host/process-identity.ts';
import { toJson } from '../../../src/repository/json-file.ts';
import { LEASE_FILE } from '../../../src/repository/names.ts';
import { scenario } from '../scenario.ts';
import { never, type Scene } from '../scene.ts';

/** Another run's lease, as it stands while that run lives. */
async function holdLease(scene: Scene, change: object = {}): Promise<void> {
  const store = scene.destination();
  const current = await store.stat(LEASE_FILE, never);
  assert.ok(current?.kind === 'file');
  const lease = {
    runId: 'other',
    slot: 'other',
    process: processIdentity(),
    fence: 7,
    ttlSeconds: 180,
    renewals: 0,
    ...change,
  };
  await store.put(LEASE_FILE, toJson(lease), { rev: current.rev }, never);
}

scenario('a lease that a live run holds makes the second run end at once', {
  row: 43,
  exit: 'leaseHeld',
  reason: 'LeaseHeld',
  fault: (scene) => holdLease(scene),
  check: (_, report) => assert.equal(report.result, 'Skipped'),
});

scenario('a lease that has expired is taken over', {
  row: 43,
  exit: 'succeeded',
  async fault(scene) {
    await holdLease(scene, { process: 'unknown' });
    scene.clock.advance(181_000);
  },
});

scenario('a lease whose holder was killed on this machine is taken over at once', {
  row: 43,
  exit: 'succeeded',
  fault: (scene) => holdLease(scene, { process: processIdentity().replace(/\.\d+$/, '.1') }),
});

scenario('a lease file that can’t be read is taken over', {
  row: 43,
  exit: 'succeeded',
  fault: ({ emulator }) => void emulator.tree.put('/BACKUPS/.case-backup/lease.json', 'not JSON'),
});

for (const [what, route, nth] of [
  ['before its commit', 'files/move_v2', 1],
  ['during its upload', 'files/upload_session/append_v2', 2],
] as const) {
  scenario(`a run that was frozen past its lease ${what} commits nothing, and the other one’s backup stands`, {
    row: 44,
    exit: 'leaseHeld',
    reason: 'LeaseLost',
    fault(scene) {
      let calls = 0;
      let other: Promise<unknown> | undefined;
      return scene.emulator.faults.onRequest(async (request) => {
        if (request.route !== route || ++calls !== nth || other) return;
        scene.clock.advance(600_000);
        other = scene.night();
        await other;
      });
    },
    async check(scene, report) {
      const { backups } = await scene.inventory();
      assert.equal(backups.length, 2);
      assert.ok(backups.every((backup) => backup.status === 'verified'));
      assert.ok(backups.every((backup) => backup.proof?.record.runId !== report.runId));
    },
  });
}
