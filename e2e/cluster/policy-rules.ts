import { without } from './ipv4-range.ts';

/** What of the API's objects decides who may talk to whom. */
interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: string[];
  }[];
}
type Labels = Readonly<Record<string, string>>;
interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}
export interface AddressedPod {
  readonly metadata: { readonly namespace: string; readonly labels?: Labels };
  readonly status: { readonly podIP: string };
}
export interface World {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly AddressedPod[];
  /** Namespace → its labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/** Chains of what is forwarded between pods, and of what comes to the node itself, such as calls of the API server. */
export const TOP_CHAINS = { FORWARD: 'E2E-FORWARD', INPUT: 'E2E-INPUT' } as const;

/** For `iptables-restore --noflush`: what the policies forbid is rejected, and whatever no policy speaks of passes. */
export function policyRules(world: World): string {
  const chains: string[] = [];
  const rules: string[] = [];
  for (const chain of Object.values(TOP_CHAINS)) {
    chains.push(chain);
    rules.push(`-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`);
  }
  for (const direction of ['Egress', 'Ingress'] as const)
    for (const pod of world.pods) {
      const policies = world.policies.filter((policy) => speaksOf(policy, pod, direction));
      if (policies.length === 0) continue;
      const { podIP } = pod.status;
      const chain = `E2E-${direction === 'Egress' ? 'FROM' : 'TO'}-${podIP}`;
      chains.push(chain);
      const side = direction === 'Egress' ? '-s' : '-d';
      rules.push(`-A ${TOP_CHAINS.FORWARD} ${side} ${podIP} -j ${chain}`);
      // The kubelet's probes go out of the node, past both chains, as every CNI lets them.
      if (direction === 'Egress') rules.push(`-A ${TOP_CHAINS.INPUT} ${side} ${podIP} -j ${chain}`);
      rules.push(
        ...policies
          .flatMap((policy) => passes(policy, direction, world))
          .map((match) => `-A ${chain}${match} -j RETURN`),
      );
      rules.push(`-A ${chain} -j REJECT`);
    }
  return ['*filter', ...chains.map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}

const speaksOf = ({ metadata, spec }: NetworkPolicy, pod: AddressedPod, direction: string): boolean =>
  metadata.namespace === pod.metadata.namespace &&
  spec.policyTypes.includes(direction) &&
  isSelected(spec.podSelector, pod.metadata.labels);

/** The matches of what a policy lets through; each begins with a space or is empty. */
function passes({ metadata, spec }: NetworkPolicy, direction: 'Egress' | 'Ingress', world: World): string[] {
  const [rules, key, side] =
    direction === 'Egress' ? ([spec.egress, 'to', '-d'] as const) : ([spec.ingress, 'from', '-s'] as const);
  return (rules ?? []).flatMap((rule) => {
    const peers = rule[key] ?? [];
    const places =
      peers.length === 0
        ? ['']
        : peers.flatMap((peer) => rangesOf(peer, metadata.namespace, world)).map((range) => ` ${side} ${range}`);
    const ports = (rule.ports ?? []).length === 0 ? [''] : (rule.ports ?? []).map(portMatch);
    return places.flatMap((place) => ports.map((port) => place + port));
  });
}

function portMatch({ protocol = 'TCP', port, endPort }: Port): string {
  if (typeof port === 'string') throw new Error(`a policy names the port ${port}: these tests know numbers only`);
  const range = port === undefined ? '' : ` --dport ${port}${endPort === undefined ? '' : `:${endPort}`}`;
  return ` -p ${protocol.toLowerCase()}${range}`;
}

function rangesOf({ ipBlock, podSelector = {}, namespaceSelector }: Peer, namespace: string, world: World): string[] {
  // Pods have IPv4 here.
  if (ipBlock) return ipBlock.cidr.includes(':') ? [] : without(ipBlock.cidr, ipBlock.except ?? []);
  return world.pods
    .filter(({ metadata }) =>
      namespaceSelector
        ? isSelected(namespaceSelector, world.namespaces.get(metadata.namespace))
        : metadata.namespace === namespace,
    )
    .filter(({ metadata }) => isSelected(podSelector, metadata.labels))
    .map(({ status }) => status.podIP);
}

function isSelected({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels = {}): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return (operator === 'Exists') === (value !== undefined);
    })
  );
}
