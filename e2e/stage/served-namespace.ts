import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { aPolicy } from '../../test/controller/a-policy.ts';
import { readMetrics, type Series } from '../../test/controller/metrics-text.ts';
import { type Policies, policiesIn } from '../../test/controller/policies-in.ts';
import { conditionIn, type Told } from '../../test/controller/told-of-runs.ts';

/** What happens in one namespace whose policies a controller serves. */
export interface ServedNamespace {
  readonly policies: Policies;
  /** Applies a policy with a backup folder of its own that the schedule leaves alone, and waits until it is Ready. */
  policy(name: string, spec?: object): Promise<void>;
  told(policy: string): Promise<Told>;
}

/** Far from any hour at which tests run; a run that comes by itself would be one too many. */
const NEVER_SOON = '30 4 1 1 *';

/** `controllers` is the namespace in which the controller runs. */
export function servedNamespace(plane: ControlPlane, namespace: string, controllers = namespace): ServedNamespace {
  const policies = policiesIn(plane, namespace);
  return {
    policies,
    async policy(name, spec = {}) {
      const destination = { dropbox: { folder: `/BACKUPS-${name}` } };
      await policies.apply(aPolicy(name, { schedule: NEVER_SOON, destination, ...spec }));
      const { generation = 0 } = (await policies.policy(name)).metadata;
      // By then its CronJob is the one of this spec.
      await policies.untilStatus(
        name,
        `Ready of generation ${generation}`,
        (status) => (status.observedGeneration ?? 0) >= generation && conditionIn(status, 'Ready')?.status === 'True',
      );
    },
    async told(policy) {
      const series = (await metricsOf(plane, controllers)).filter(
        ({ labels }) => labels['namespace'] === namespace && labels['policy'] === policy,
      );
      return { status: await policies.status(policy), events: await policies.events(policy), series };
    },
  };
}

interface ControllerPod {
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/** Of the controller that runs now in that namespace; it may have been another a minute ago. */
export async function metricsOf({ api }: ControlPlane, namespace: string): Promise<Series[]> {
  const selector = 'app.kubernetes.io/component=controller';
  const pods = await api.list<ControllerPod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
  const address = pods.find(({ status }) => status.phase === 'Running')?.status.podIP;
  if (address === undefined) throw new Error('no controller runs');
  const response = await fetch(`http://${address}:8080/metrics`, { signal: AbortSignal.timeout(10_000) });
  return readMetrics(await response.text());
}
