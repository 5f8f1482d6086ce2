import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { NODE } from './cluster/places.ts';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';

const POLICY = 'drained';
const JOB = 'moved';

interface PodPhase {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string };
}

describe('A node that is drained', () => {
  it(
    'costs a run its pod and not its backup, although no retry was left',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { kubectl, policies, cluster } = stage;
      await stage.policy(POLICY, { job: { backoffLimit: 0 }, ...SLOWLY });
      const first = await underWay(stage, POLICY, JOB);
      const selector = `--pod-selector=batch.kubernetes.io/job-name=${JOB}`;
      const drain = ['drain', NODE, '--ignore-daemonsets', '--delete-emptydir-data', '--force', selector];
      try {
        await kubectl([...drain, '--timeout=120s']);
      } finally {
        await kubectl(['uncordon', NODE]);
      }
      let most = 0;
      await until(
        'another pod',
        async () => {
          const path = `${policies.path('pods')}?labelSelector=batch.kubernetes.io/job-name=${JOB}`;
          const pods = await cluster.plane.api.list<PodPhase>(path);
          const alive = pods.filter(({ status }) => ['Pending', 'Running'].includes(status.phase));
          most = Math.max(most, alive.length);
          return alive.some(({ metadata }) => metadata.name !== first);
        },
        { within: 180_000, everyMs: 200 },
      );
      assert.equal(most, 1, 'two pods of one run at once');

      const end = await endOf(stage, POLICY, JOB);
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      await proveGood(stage.dropbox, end.backupPath ?? '');
      const runs = [ran(JOB, 'Succeeded', 'Verified'), ...(await goodNight(stage, POLICY, 'after-it'))];
      await assertTold(stage, POLICY, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});
