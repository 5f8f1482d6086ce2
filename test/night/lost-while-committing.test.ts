import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CODES } from '../../src/api/exit-codes.ts';
import { fitReport } from '../../src/api/fit-report.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import { judgeRuns } from '../../src/controller/policy/judge.ts';
import { outcomeOf } from '../../src/controller/policy/outcome.ts';
import { recordRuns } from '../../src/controller/policy/run-history.ts';
import { Failure } from '../../src/host/errors.ts';
import { toJson } from '../../src/repository/json-file.ts';
import { INCOMING_FOLDER, LEASE_FILE } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { ended, failed, uidOf } from '../controller/pure/job-and-pod.ts';
import { never, openScene, type Scene } from './scene.ts';

/** What happens to a run between its record's word `committing` and the move: `strike` is called right after the word. */
const STRIKES = {
  'the lease is lost': {
    reason: 'LeaseLost',
    wrap: (store: Store, scene: Scene): Store => onCommitting(store, () => takeLease(scene)),
  },
  'the store is out of reach': {
    reason: 'RemoteUnavailable',
    wrap: (store: Store): Store => ({
      ...store,
      move: () => Promise.reject(new Failure('RemoteUnavailable', 'the remote can’t be reached')),
    }),
  },
} as const;

function onCommitting(store: Store, strike: () => Promise<void>): Store {
  return {
    ...store,
    async put(path, bytes, expect, signal) {
      const entry = await store.put(path, bytes, expect, signal);
      if (bytes.includes('"committing"')) await strike();
      return entry;
    },
  };
}

async function takeLease(scene: Scene): Promise<void> {
  const store = scene.destination();
  const current = await store.stat(LEASE_FILE, never);
  assert.ok(current?.kind === 'file');
  const other = { runId: 'other', slot: 'other', process: 'elsewhere', fence: 9, ttlSeconds: 180, renewals: 0 };
  await store.put(LEASE_FILE, toJson(other), { rev: current.rev }, never);
}

for (const [what, { reason, wrap }] of Object.entries(STRIKES)) {
  test(`when ${what} between the record’s committing and the move, nothing anywhere speaks of a backup or a passed check, and nothing is left undecided`, async () => {
    await using scene = await openScene();
    const report = await scene.night({
      slot: uidOf('case-backup-nightly-1'),
      wrapDestination: (store) => wrap(store, scene),
    });
    assert.equal(report.reason, reason, report.message);
    assert.deepEqual([report.backup, report.verification, report.cases, report.files], [undefined, undefined, 0, 0]);
    assert.deepEqual(
      scene.emulator.tree.files('/BACKUPS').filter((path) => path.endsWith('_backup.zip')),
      [],
    );
    const { records } = await scene.inventory();
    assert.deepEqual(
      records.records.map(({ record }) => [record.state, record.report?.reason, record.archives]),
      [['finished', reason, undefined]],
    );
    assert.deepEqual(scene.emulator.tree.files(`/BACKUPS/${INCOMING_FOLDER}`), []);

    const { exitCode } = report;
    const job = failed({ name: 'case-backup-nightly-1' });
    const outcome = outcomeOf(job, [ended(exitCode, fitReport(report))], { policy: 'nightly', runIds: new Set() });
    assert.ok(outcome);
    const jobUid = job.metadata.uid ?? '';
    const run = { jobName: job.metadata.name, jobUid, trigger: 'Scheduled', outcome } as const;
    const status: PolicyStatus = recordRuns({}, [run]);
    assert.notEqual(status.history?.[0]?.result, 'Succeeded');
    assert.deepEqual([status.history?.[0]?.backupPath, status.lastSuccess], [undefined, undefined]);
    assert.equal(status.lastVerification, undefined);
    assert.notEqual(judgeRuns(status).Verified.status, 'True');
    assert.notEqual(exitCode, EXIT_CODES.succeeded);

    scene.clock.advance(181_000);
    const next = await scene.night({ slot: uidOf('case-backup-nightly-2') });
    assert.equal(next.result, 'Succeeded', next.message);
  });
}
