import assert from 'node:assert/strict';
import { until } from '../../test/cluster/until.ts';
import { PRODUCT_IMAGE } from '../images/images.ts';
import { runWith } from './nights.ts';
import type { Stage } from './stage.ts';

/** Two megabytes down and up again take half a minute: time enough to do something to the pod. */
export const SLOWLY = { transfer: { maxBytesPerSecond: 150_000 } };

interface RunningPod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly podIP?: string; readonly phase: string };
}

const podsOf = ({ policies, cluster }: Stage, job: string): Promise<RunningPod[]> =>
  cluster.plane.api.list(`${policies.path('pods')}?labelSelector=batch.kubernetes.io/job-name=${job}`);

/** Starts a run by hand and returns its pod once the archive is under way, as the pod itself says. */
export async function underWay(stage: Stage, policy: string, job: string, image = PRODUCT_IMAGE): Promise<string> {
  await runWith(stage, policy, job, image);
  return await until(
    `${job} to be archiving`,
    async () => {
      const [pod] = await podsOf(stage, job);
      if (pod?.status.podIP === undefined) return undefined;
      const page = await fetch(`http://${pod.status.podIP}:8080/run`, { signal: AbortSignal.timeout(2_000) });
      const { stage: now } = (await page.json()) as { stage?: string };
      return now === 'Archiving' ? pod.metadata.name : undefined;
    },
    { within: 120_000, everyMs: 200 },
  );
}

/** Waits until that pod has been replaced, and never had another beside it. */
export async function replaced(stage: Stage, job: string, first: string): Promise<void> {
  let most = 0;
  await until(
    'another pod',
    async () => {
      const alive = (await podsOf(stage, job)).filter(({ status }) => ['Pending', 'Running'].includes(status.phase));
      most = Math.max(most, alive.length);
      return alive.some(({ metadata }) => metadata.name !== first);
    },
    { within: 180_000, everyMs: 200 },
  );
  assert.equal(most, 1, 'two pods of one run at once');
}
