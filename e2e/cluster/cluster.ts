import { existsSync, globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Component } from '../../test/cluster/component.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import { until } from '../../test/cluster/until.ts';
import { hireCaretaker } from './caretaker.ts';
import { ctr, startContainerd } from './containerd.ts';
import { type Enforcer, startEnforcer } from './enforcer.ts';
import { kubernetesChains } from './firewall.ts';
import { layGround } from './ground.ts';
import { lastWords } from './last-words.ts';
import { startNode } from './node.ts';
import { BRIDGE, DNS_ADDRESS, DNS_PORT, NODE, NODE_ADDRESS, type Places, placesIn } from './places.ts';
import { notePid, startNoted } from './processes.ts';
import { traces } from './sweep.ts';

/** A Kubernetes with one real node: containerd, kubelet, kube-proxy, a bridge for its pods, names for its Services. */
export interface Cluster {
  readonly plane: ControlPlane;
  readonly places: Places;
  /** From the call to a node that is Ready, without building. */
  readonly startedInMs: number;
  /** Resident bytes by process. */
  memory(): Record<string, number>;
  /** `ctr images import`, which takes one file a call. */
  load(archive: string): Promise<void>;
  ctr(...args: readonly string[]): Promise<string>;
  /** Resolves when the NetworkPolicies that there are now are obeyed. */
  enforced(): Promise<void>;
  /** What it left behind, which should be nothing. */
  stop(): Promise<string[]>;
}

/** Needs root, and the programs of e2e/packages. One a machine: its bridge, rules and ports are the machine's. */
export async function startCluster(pauseArchive: string): Promise<Cluster> {
  await assertAlone();
  const start = performance.now();
  const places = placesIn(mkdtempSync(join(tmpdir(), 'case-backup-e2e-')));
  const caretaker = await hireCaretaker(places);
  let plane: ControlPlane | undefined;
  const components = new Map<string, Component>();
  const over = new AbortController();
  let enforcer: Enforcer;
  const load = async (archive: string): Promise<void> => void (await ctr(places, 'images', 'import', archive));
  async function stop(): Promise<string[]> {
    over.abort();
    await plane?.stop();
    await caretaker.sweep();
    return await traces(places);
  }
  try {
    await layGround(places);
    components.set('containerd', await startContainerd(places));
    plane = await startControlPlane({ node: { name: NODE, address: NODE_ADDRESS }, below: places.folder });
    for (const pid of plane.pids()) notePid(places, pid, 'control plane');
    await load(pauseArchive);
    for (const [name, component] of Object.entries(await startNode(plane, places))) components.set(name, component);
    components.set('dns', await startDns(plane, places));
    await untilReady(plane, components);
    enforcer = await startEnforcer(plane.api, over.signal);
  } catch (error) {
    console.error(lastWords(places.folder));
    await stop();
    throw error;
  }
  const { memory } = plane;
  return {
    plane,
    places,
    startedInMs: Math.round(performance.now() - start),
    memory: () => ({ ...memory(), ...Object.fromEntries([...components].map(([name, one]) => [name, one.memory()])) }),
    load,
    ctr: (...args) => ctr(places, ...args),
    enforced: () => enforcer.enforced(),
    stop,
  };
}

async function assertAlone(): Promise<void> {
  const found = [
    ...(existsSync(`/sys/class/net/${BRIDGE}`) ? [`the bridge ${BRIDGE}`] : []),
    ...(await kubernetesChains()),
  ];
  if (found.length === 0) return;
  const [left] = globSync(join(tmpdir(), 'case-backup-e2e-*', 'before.json'));
  const mend = left && `; if it is left of a crash: node e2e/cluster/caretaker.ts ${dirname(left)} </dev/null`;
  throw new Error(`this machine has ${found[0]}: it is a Kubernetes node, or another of these tests runs${mend ?? ''}`);
}

async function startDns(plane: ControlPlane, places: Places): Promise<Component> {
  const program = join(import.meta.dirname, 'dns.ts');
  const certificates = join(plane.folder, 'certificates');
  const dns = await startNoted(places, 'dns', [process.execPath, program, plane.url, certificates]);
  const namespace = 'kube-system';
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ name: protocol.toLowerCase(), protocol }));
  await plane.api.create(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name: 'kube-dns' },
    spec: { clusterIP: DNS_ADDRESS, ports: ports.map((port) => ({ ...port, port: 53, targetPort: DNS_PORT })) },
  });
  // Without a selector: the server runs beside the cluster.
  await plane.api.create(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    metadata: { name: 'kube-dns', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    addressType: 'IPv4',
    ports: ports.map((port) => ({ ...port, port: DNS_PORT })),
    endpoints: [{ addresses: [NODE_ADDRESS], conditions: { ready: true } }],
  });
  return dns;
}

interface NodeObject {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function untilReady(plane: ControlPlane, components: ReadonlyMap<string, Component>): Promise<void> {
  const outcome = await until(
    'the node to be Ready',
    async () => {
      const ended = [...components.values()].map((component) => component.ended()).find((how) => how);
      if (ended !== undefined) return ended;
      const node = await plane.api.get<NodeObject>(`/api/v1/nodes/${NODE}`);
      return node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') && 'ready';
    },
    { within: 120_000, everyMs: 200 },
  );
  if (outcome !== 'ready') throw new Error(outcome);
}
