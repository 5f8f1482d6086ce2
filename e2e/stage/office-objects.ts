import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { until } from '../../test/cluster/until.ts';
import { kubectlOf } from './kubectl.ts';

/** Where what the product depends on lives; not its own namespace, as in most clusters. */
export const OFFICE = 'office';

/** What the namespace's restricted Pod Security asks of every pod. */
export const RESTRICTED = {
  pod: (user: number): object => ({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  }),
  container: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
};

export async function applyAll(plane: ControlPlane, objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectlOf(plane)(['apply', '-f', '-'], JSON.stringify(list));
}

export const restrictedNamespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

export async function makeOffice(plane: ControlPlane): Promise<void> {
  await applyAll(plane, [restrictedNamespace(OFFICE)]);
  // Without it no pod is let in.
  const account = `/api/v1/namespaces/${OFFICE}/serviceaccounts/default`;
  await until('the service account of the office', () => plane.api.find(account));
}

export const serviceFor = (app: string, ports: readonly number[]): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: app, namespace: OFFICE },
  spec: { selector: { app }, ports: ports.map((port) => ({ name: `port-${port}`, port })) },
});

interface RunningPod {
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Once it is ready; this machine is on its bridge too. */
export const addressOf = (plane: ControlPlane, pod: string, namespace = OFFICE): Promise<string> =>
  until(
    `the pod ${pod} to be ready`,
    async () => {
      const { status } = await plane.api.get<RunningPod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
      const isReady = status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
      return isReady ? status.podIP : undefined;
    },
    { within: 120_000, everyMs: 200 },
  );
