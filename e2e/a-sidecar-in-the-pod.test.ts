import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { injecting, lay, lift, type Rule } from './faults/admission.ts';
import { endOf, endsWell } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import type { Stage } from './stage/stage.ts';

describe('A sidecar in the pod', () => {
  it(
    'that ends when the run does, changes nothing',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy('native');
      await under(stage, injecting('mesh', 'initContainers', { restartPolicy: 'Always' }), async () => {
        await stage.policies.runByHand('native', 'beside');
        await endsWell(stage, 'native', 'beside');
        await stage.kubectl(['wait', 'job/beside', '-n', stage.policies.namespace, '--for=condition=Complete']);
      });
      assert.deepEqual(await containersOf(stage, 'beside'), ['mesh', 'backup-job']);
    }),
  );

  it(
    'that never ends by itself, keeps the pod and not the verdict, and is named as what keeps it',
    { timeout: 600_000 },
    onStage(async (stage) => {
      const { policies } = stage;
      await stage.policy('kept');
      await under(stage, injecting('mesh', 'containers'), () => policies.runByHand('kept', 'outlived'));
      const end = await endOf(stage, 'kept', 'outlived');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      await policies.untilStatus('kept', 'what keeps the pod', ({ activeRun }) =>
        /^PodKept: the run has ended, but mesh in its pod has not/.test(activeRun?.waiting ?? ''),
      );
      await endsWell(stage, 'kept', 'outlived');

      // Its Job ends with it, and is no other run.
      const inNamespace = ['-n', policies.namespace];
      await stage.kubectl(['delete', 'pod', '-l', 'batch.kubernetes.io/job-name=outlived', ...inNamespace]);
      await stage.kubectl(['wait', 'job/outlived', ...inNamespace, '--for=condition=Complete', '--timeout=120s']);
      const { runCounts } = await policies.untilStatus('kept', 'no run', ({ activeRun }) => activeRun === undefined);
      const counted = runCounts?.filter(({ count }) => count > 0);
      assert.deepEqual(counted, [{ trigger: 'Manual', result: 'Succeeded', count: 2 }]);
      const backups = await stage.dropbox.list('/BACKUPS-kept');
      assert.equal(backups.filter((name) => name.endsWith('.zip')).length, 2);
    }),
  );
});

async function under<T>(stage: Stage, rule: Rule, body: () => Promise<T>): Promise<T> {
  try {
    await lay(stage, rule);
    return await body();
  } finally {
    await lift(stage, rule);
  }
}

interface PodObject {
  readonly spec: Readonly<Record<'initContainers' | 'containers', readonly { readonly name: string }[]>>;
}

async function containersOf({ cluster, policies }: Stage, job: string): Promise<string[]> {
  const path = `${policies.path('pods')}?labelSelector=batch.kubernetes.io/job-name=${job}`;
  const [pod] = await cluster.plane.api.list<PodObject>(path);
  return [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].map(({ name }) => name);
}
