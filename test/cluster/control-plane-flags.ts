import { join } from 'node:path';

/** Where the three processes of a control plane meet. */
export interface Places {
  readonly folder: string;
  /** What `kubernetes certs` wrote. */
  readonly certificates: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
}

/**
 * What the tests need of the 40 controllers. Not among them: node lifecycle and taints (the node is a player that sends
 * no heartbeats), volumes, certificates, autoscaling. Deployments are there for Helm's --wait.
 */
const CONTROLLERS = [
  'cronjob-controller',
  'job-controller',
  'garbage-collector-controller',
  'ttl-after-finished-controller',
  'pod-garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'resourcequota-controller',
  'disruption-controller',
  'deployment-controller',
  'replicaset-controller',
  'endpointslice-controller',
];

export function etcdFlags({ folder, etcdPort, etcdPeerPort }: Places): string[] {
  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nobody outlives the machine here, and a write then takes a tenth of the time.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export function apiServerFlags({ certificates, etcdPort, apiPort }: Places): string[] {
  const file = (name: string): string => join(certificates, name);
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    // A service may not have an endpoint on loopback, and this one has no other address.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('service-accounts.pub')}`,
    `--service-account-signing-key-file=${file('service-accounts.key')}`,
    '--service-cluster-ip-range=10.96.0.0/24',
  ];
}

export function controllerManagerFlags({ certificates }: Places, kubeconfig: string): string[] {
  const file = (name: string): string => join(certificates, name);
  return [
    `--kubeconfig=${kubeconfig}`,
    '--secure-port=0',
    '--leader-elect=false',
    `--controllers=${CONTROLLERS.join(',')}`,
    '--use-service-account-credentials',
    `--root-ca-file=${file('ca.crt')}`,
    `--service-account-private-key-file=${file('service-accounts.key')}`,
  ];
}
