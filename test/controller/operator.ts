import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { policyCrd } from '../../src/api/crd.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { type Kubelet, startKubelet } from '../cluster/kubelet.ts';
import { killControllers } from './controller-process.ts';
import { type Policies, policiesIn } from './policies-in.ts';

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

export interface Office extends Policies {
  readonly kubelet: Kubelet;
  /** Between this office's controllers and the API server. */
  readonly proxy: FaultProxy;
  /** Of the controller's service account, through the proxy. */
  readonly kubeconfig: string;
}

interface Rules {
  readonly policies: readonly object[];
  readonly leaderElection: readonly object[];
}

export const CONTROLLER_RULES = parse(
  readFileSync(new URL('../../charts/case-backup/files/controller-rules.yaml', import.meta.url), 'utf8'),
) as Rules;

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
    return { ...policiesIn(plane, namespace), proxy, kubeconfig };
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
