import { join } from 'node:path';

/** Where the three processes of a control plane meet. */
export interface Places {
  readonly folder: string;
  /** What `kubernetes certs` wrote. */
  readonly certificates: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  readonly node: NodePlace | undefined;
}

/** A real node: its name, and an address of this machine that its pods can reach. */
export interface NodePlace {
  readonly name: string;
  readonly address: string;
}

/**
 * What the tests need of the 40 controllers where the node is played: it sends no heartbeats, so node lifecycle and taints
 * are not among them; nor are volumes, certificates, autoscaling. Deployments are there for Helm's --wait.
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

export function apiServerFlags({ certificates, etcdPort, apiPort, node }: Places): string[] {
  const file = (name: string): string => join(certificates, name);
  const address = node?.address ?? '127.0.0.1';
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${apiPort}`,
    ...(node ? flagsForNode(file) : FLAGS_WITHOUT_NODE),
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('service-accounts.pub')}`,
    `--service-account-signing-key-file=${file('service-accounts.key')}`,
    '--service-cluster-ip-range=10.96.0.0/24',
  ];
}

/** A service may not have an endpoint on loopback, and there the server has no other address. */
const FLAGS_WITHOUT_NODE = ['--endpoint-reconciler-type=none', '--authorization-mode=RBAC'];

/** What a kubelet may do, and how `kubectl logs` reaches it: by its address, since nobody resolves its name. */
const flagsForNode = (file: (name: string) => string): string[] => [
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  '--allow-privileged=true',
  '--kubelet-preferred-address-types=InternalIP',
  `--kubelet-certificate-authority=${file('ca.crt')}`,
  `--kubelet-client-certificate=${file('admin.crt')}`,
  `--kubelet-client-key=${file('admin.key')}`,
];

export function controllerManagerFlags({ certificates, node }: Places, kubeconfig: string): string[] {
  const file = (name: string): string => join(certificates, name);
  return [
    `--kubeconfig=${kubeconfig}`,
    '--secure-port=0',
    '--leader-elect=false',
    // Beside a real node all that are on by default.
    ...(node ? [] : [`--controllers=${CONTROLLERS.join(',')}`]),
    '--use-service-account-credentials',
    `--root-ca-file=${file('ca.crt')}`,
    `--service-account-private-key-file=${file('service-accounts.key')}`,
  ];
}
