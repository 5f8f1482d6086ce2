import { until } from '../../test/cluster/until.ts';
import type { Stage } from './stage.ts';

/** Two megabytes down and up again take half a minute: time enough to do something to the pod. */
export const SLOWLY = { transfer: { maxBytesPerSecond: 150_000 } };

interface RunningPod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly podIP?: string };
}

/** Starts a run by hand and returns its pod once the archive is under way, as the pod itself says. */
export async function underWay(stage: Stage, policy: string, job: string): Promise<string> {
  const { policies, cluster } = stage;
  await policies.runByHand(policy, job);
  const path = `${policies.path('pods')}?labelSelector=batch.kubernetes.io/job-name=${job}`;
  return await until(
    `${job} to be archiving`,
    async () => {
      const [pod] = await cluster.plane.api.list<RunningPod>(path);
      if (pod?.status.podIP === undefined) return undefined;
      const page = await fetch(`http://${pod.status.podIP}:8080/run`, { signal: AbortSignal.timeout(2_000) });
      const { stage: now } = (await page.json()) as { stage?: string };
      return now === 'Archiving' ? pod.metadata.name : undefined;
    },
    { within: 120_000, everyMs: 200 },
  );
}
