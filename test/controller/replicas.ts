import { resets } from '../cluster/faults.ts';
import { until } from '../cluster/until.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import type { Cluster, Office } from './operator.ts';

/** One of several controllers, with a service account of its own, so that the proxy can tell them apart. */
export interface Replica {
  readonly user: string;
  controller(): ControllerProcess;
  isAlive(): boolean;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Breaks every connection of this replica and refuses new ones, until the returned function is called. */
  cutOff(): () => void;
}

export async function startReplicas(
  cluster: Cluster,
  office: Office,
  count: number,
  leaseSeconds: number,
): Promise<Replica[]> {
  const replicas: Replica[] = [];
  for (let i = 0; i < count; i++) {
    const name = `controller-${i}`;
    const kubeconfig = await office.proxy.serviceAccount(office.namespace, name);
    await grant(cluster, office.namespace, name);
    replicas.push(replica(office, name, kubeconfig, leaseSeconds));
  }
  await Promise.all(replicas.map((each) => each.start()));
  return replicas;
}

function replica({ namespace, proxy }: Office, name: string, kubeconfig: string, leaseSeconds: number): Replica {
  const user = `system:serviceaccount:${namespace}:${name}`;
  let controller: ControllerProcess | undefined;
  const running = (): ControllerProcess => {
    if (!controller) throw new Error(`${name} was not started`);
    return controller;
  };
  return {
    user,
    controller: running,
    isAlive: () =>
      controller !== undefined && controller.process.exitCode === null && controller.process.signalCode === null,
    async start() {
      controller = await startController({ kubeconfig, namespace, more: ['--lease-duration', String(leaseSeconds)] });
    },
    kill: () => running().kill(),
    cutOff() {
      const rule = proxy.fault((request) => request.user === user, resets());
      proxy.cutWatches((request) => request.user === user);
      return rule.remove;
    },
  };
}

async function grant({ plane }: Cluster, namespace: string, name: string): Promise<void> {
  await plane.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'controller' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

export const isLeading = (replica: Replica): boolean =>
  replica.isAlive() &&
  replica
    .controller()
    .log()
    .some((line) => line.includes('"leading"'));

/** The replica whose identity the Lease names. */
export async function leaderOf(cluster: Cluster, office: Office, replicas: readonly Replica[]): Promise<Replica> {
  return await until('a leader', async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${office.namespace}/leases/case-backup-controller`;
    const lease = await cluster.plane.api.find<{ spec: { holderIdentity?: string } }>(path);
    const holder = lease?.spec.holderIdentity;
    return replicas.find(
      (each) => each.isAlive() && holder !== undefined && holder !== '' && identityOf(each) === holder,
    );
  });
}

/** What a replica called itself when it began to lead. */
export function identityOf(replica: Replica): string | undefined {
  const line = replica
    .controller()
    .log()
    .findLast((text) => text.includes('"leading"'));
  return line === undefined ? undefined : (JSON.parse(line) as { identity: string }).identity;
}
