import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Condition, ConditionType } from '../../src/api/conditions.ts';
import { policyCrd } from '../../src/api/crd.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import type { Job, PolicyObject } from '../../src/controller/workloads.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { type Kubelet, startKubelet } from '../cluster/kubelet.ts';
import { until } from '../cluster/until.ts';
import { killControllers } from './controller-process.ts';

/** A cluster with our kind installed, and a way from a controller to it that can be broken. */
export interface Cluster {
  readonly plane: ControlPlane;
  /** A namespace with a kubelet and a service account that has the chart's rules and nothing else. */
  office(): Promise<Office>;
  /** The same, without a kubelet: for pods that are processes. */
  emptyOffice(): Promise<Omit<Office, 'kubelet'>>;
  /** Ends the controllers too that this process started and that still run. */
  stop(): Promise<void>;
}

export interface Office {
  readonly namespace: string;
  readonly kubelet: Kubelet;
  /** Between this office's controllers and the API server. */
  readonly proxy: FaultProxy;
  /** Of the controller's service account, through the proxy. */
  readonly kubeconfig: string;
  apply(policy: object): Promise<void>;
  policy(name: string): Promise<PolicyObject & { readonly status?: PolicyStatus }>;
  status(name: string): Promise<PolicyStatus>;
  condition(name: string, type: ConditionType): Promise<Condition | undefined>;
  /** Waits until the status answers the question. */
  untilStatus(
    name: string,
    what: string,
    is: (status: PolicyStatus) => boolean,
    within?: number,
  ): Promise<PolicyStatus>;
  /** `kubectl create job --from`. */
  runByHand(policy: string, job: string): Promise<Job>;
  events(name: string): Promise<{ type: string; reason: string; note: string }[]>;
  path(kind: 'casebackuppolicies' | 'cronjobs' | 'jobs' | 'pods', name?: string): string;
}

interface Rules {
  readonly policies: readonly object[];
  readonly leaderElection: readonly object[];
}

export const CONTROLLER_RULES = parse(
  readFileSync(new URL('../../charts/case-backup/files/controller-rules.yaml', import.meta.url), 'utf8'),
) as Rules;

const PREFIXES = {
  casebackuppolicies: '/apis/casebackup.io/v1alpha1',
  cronjobs: '/apis/batch/v1',
  jobs: '/apis/batch/v1',
  pods: '/api/v1',
} as const;

/** With another CRD than the controller's own where a test gives one. */
export async function startCluster(crd: object = policyCrd()): Promise<Cluster> {
  const plane = await startControlPlane({ crds: [crd] });
  const proxies: FaultProxy[] = [];
  const kubelets: Kubelet[] = [];
  async function emptyOffice(): Promise<Omit<Office, 'kubelet'>> {
    const namespace = await plane.ownNamespace();
    const proxy = await startFaultProxy(plane);
    proxies.push(proxy);
    const kubeconfig = await proxy.serviceAccount(namespace, 'controller');
    await grant(plane, namespace);
    return officeIn(plane, namespace, proxy, kubeconfig);
  }
  return {
    plane,
    async office() {
      const office = await emptyOffice();
      const kubelet = await startKubelet(plane, office.namespace);
      kubelets.push(kubelet);
      return { ...office, kubelet };
    },
    emptyOffice,
    async stop() {
      killControllers();
      for (const kubelet of kubelets) await kubelet.stop();
      for (const proxy of proxies) await proxy.close();
      await plane.stop();
    },
  };
}

async function grant({ api }: ControlPlane, namespace: string): Promise<void> {
  const group = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const rules = [...CONTROLLER_RULES.policies, ...CONTROLLER_RULES.leaderElection];
  await api.create(`${group}/roles`, { metadata: { name: 'controller' }, rules });
  await api.create(`${group}/rolebindings`, {
    metadata: { name: 'controller' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'controller' },
    subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace }],
  });
}

function officeIn(
  plane: ControlPlane,
  namespace: string,
  proxy: FaultProxy,
  kubeconfig: string,
): Omit<Office, 'kubelet'> {
  const path: Office['path'] = (kind, name) =>
    `${PREFIXES[kind]}/namespaces/${namespace}/${kind}${name === undefined ? '' : `/${name}`}`;
  const policy = (name: string) =>
    plane.api.get<PolicyObject & { readonly status?: PolicyStatus }>(path('casebackuppolicies', name));
  const status = async (name: string): Promise<PolicyStatus> => (await policy(name)).status ?? {};
  return {
    namespace,
    proxy,
    kubeconfig,
    path,
    policy,
    status,
    async apply(object) {
      const { code, stderr } = await plane.kubectl(['apply', '-n', namespace, '-f', '-'], {
        input: JSON.stringify(object),
      });
      if (code !== 0) throw new Error(stderr);
    },
    async condition(name, type) {
      return (await status(name)).conditions?.find((condition) => condition.type === type);
    },
    async untilStatus(name, what, is, within = 30_000) {
      let last: PolicyStatus = {};
      try {
        return await until(
          what,
          async () => {
            last = await status(name);
            return is(last) ? last : undefined;
          },
          { within },
        );
      } catch (error) {
        throw new Error(`the status never showed ${what}; it is ${JSON.stringify(last, null, 1)}`, { cause: error });
      }
    },
    async runByHand(name, job) {
      const { code, stderr } = await plane.kubectl([
        'create',
        'job',
        job,
        '-n',
        namespace,
        `--from=cronjob/case-backup-${name}`,
      ]);
      if (code !== 0) throw new Error(stderr);
      return await plane.api.get<Job>(path('jobs', job));
    },
    async events(name) {
      const { items } = await plane.api.get<{
        items: { type: string; reason: string; note: string; regarding: { name: string } }[];
      }>(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
      return items.filter(({ regarding }) => regarding.name === name);
    },
  };
}
