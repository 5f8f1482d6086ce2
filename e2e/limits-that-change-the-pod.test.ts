import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { assertTold, goodNight } from './stage/nights.ts';
import { applyAll } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { NAMESPACE } from './stage/release.ts';
import type { Stage } from './stage/stage.ts';

interface PodObject {
  readonly spec: { readonly containers: readonly { readonly resources: object }[] };
}

describe('Limits that change the pod', () => {
  it(
    'of a namespace whose quota asks for what the policy does not say, leave the night good',
    { timeout: 600_000 },
    onStage(async (stage) => {
      const policy = 'limits';
      await stage.policy(policy);
      const limits = { default: { cpu: '900m' }, defaultRequest: { cpu: '50m', 'ephemeral-storage': '1Mi' } };
      await withLimits(stage, limits, async () => {
        // A pod that says nothing of its processors would be refused by it.
        const hard = 'limits.cpu=8,requests.ephemeral-storage=1Gi';
        await stage.kubectl(['create', 'quota', 'processors', `--hard=${hard}`, '-n', NAMESPACE]);
        try {
          await until('the quota to be counted', () =>
            stage.kubectl(['get', 'quota', 'processors', '-n', NAMESPACE, '-o', 'jsonpath={.status.hard}']),
          );
          const runs = await goodNight(stage, policy, 'given');
          await assertTold(stage, policy, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
        } finally {
          await stage.kubectl(['delete', 'quota', 'processors', '-n', NAMESPACE]);
        }
      });
      const path = `${stage.policies.path('pods')}?labelSelector=casebackup.io/policy=${policy}`;
      const [pod] = await stage.cluster.plane.api.list<PodObject>(path);
      assert.deepEqual(pod?.spec.containers[0]?.resources, {
        limits: { cpu: '900m', memory: '512Mi' },
        requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '1Mi' },
      });
    }),
  );

  it(
    'or refuse it are what the status says the run waits for, and without them the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const policy = 'too-much';
      await stage.policy(policy);
      await withLimits(stage, { max: { memory: '300Mi' } }, () =>
        heldBackAndGoesOn(stage, {
          policy,
          job: 'above',
          told: /^FailedCreate: .*maximum memory usage per Container is 300Mi, but limit is 512Mi/,
          cure: () => stage.kubectl(['delete', 'limitrange', 'limits', '-n', NAMESPACE]),
        }),
      );
    }),
  );
});

async function withLimits(stage: Stage, limits: object, body: () => Promise<void>): Promise<void> {
  const metadata = { name: 'limits', namespace: NAMESPACE };
  const spec = { limits: [{ type: 'Container', ...limits }] };
  await applyAll(stage.cluster.plane, [{ apiVersion: 'v1', kind: 'LimitRange', metadata, spec }]);
  try {
    await body();
  } finally {
    await stage.kubectl(['delete', 'limitrange', 'limits', '-n', NAMESPACE, '--ignore-not-found']);
  }
}
