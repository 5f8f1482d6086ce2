import type { PolicyStatus } from '../../src/api/status.ts';
import { NODE } from '../cluster/places.ts';
import type { Stage } from './stage.ts';

/** What the one node has room for. */
export async function roomOnNode({ cluster }: Stage): Promise<{ pods: number; milliCpu: number }> {
  const { status } = await cluster.plane.api.get<NodeObject>(`/api/v1/nodes/${NODE}`);
  return { pods: Number(status.allocatable.pods), milliCpu: milliOf(status.allocatable.cpu) };
}

interface NodeObject {
  readonly status: { readonly allocatable: { readonly pods: string; readonly cpu: string } };
}

export interface CrowdLook {
  /** On the node now, of whatever namespace, and what they have asked for. */
  readonly pods: number;
  readonly milliCpu: number;
  /** By policy, of those whose pod has no node: what the status says that it waits for, or '' while it says nothing. */
  readonly waiting: ReadonlyMap<string, string>;
  /** How many policies have a run behind them. */
  readonly done: number;
}

interface Pod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly resources?: { readonly requests?: { readonly cpu?: string } } }[];
  };
  readonly status: { readonly phase: string };
}

interface PolicyObject {
  readonly metadata: { readonly name: string };
  readonly status?: PolicyStatus;
}

export async function lookAtCrowd({ cluster, policies }: Stage, names: readonly string[]): Promise<CrowdLook> {
  const { api } = cluster.plane;
  const [pods, objects] = await Promise.all([
    api.list<Pod>('/api/v1/pods'),
    api.list<PolicyObject>(policies.path('casebackuppolicies')),
  ]);
  const statuses = new Map(objects.map(({ metadata, status = {} }) => [metadata.name, status]));
  const alive = pods.filter(({ status }) => !['Succeeded', 'Failed'].includes(status.phase));
  const placed = alive.filter(({ spec }) => spec.nodeName !== undefined);
  const unplaced = alive
    .filter(({ spec }) => spec.nodeName === undefined)
    .map(({ metadata }) => metadata.labels?.['casebackup.io/policy'] ?? '');
  return {
    pods: placed.length,
    milliCpu: placed
      .flatMap(({ spec }) => spec.containers)
      .reduce((sum, { resources }) => sum + milliOf(resources?.requests?.cpu ?? '0'), 0),
    waiting: new Map(unplaced.map((name) => [name, statuses.get(name)?.activeRun?.waiting ?? ''])),
    done: names.filter((name) => (statuses.get(name)?.history ?? []).length > 0).length,
  };
}

const milliOf = (cpu: string): number => (cpu.endsWith('m') ? Number.parseInt(cpu, 10) : Number(cpu) * 1_000);
