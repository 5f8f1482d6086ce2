import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, ApiError } from './api-client.ts';
import { type Pod, type PodCondition, type PodStatus, podPath } from './pod.ts';
import type { PodAct } from './pod-acts.ts';

/** What a kubelet does to the API: both players, the scripted one and the one with real processes, work through it. */
export interface NodeAgent {
  readonly node: string;
  /** Binds the pod to this node where it has none, then writes the status and the event. */
  perform(pod: Pod, act: PodAct): Promise<Pod>;
  /** The last step of a deletion: the object goes (once its finalizers have). */
  remove(pod: Pod): Promise<void>;
  deregister(): Promise<void>;
}

/** Registers a Node that is Ready. Nobody judges its heartbeats: node-lifecycle is not among the controllers. */
export async function registerNode(api: ApiClient, node: string): Promise<NodeAgent> {
  await api.create('/api/v1/nodes', { metadata: { name: node, labels: { 'kubernetes.io/hostname': node } } });
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: seconds() };
  await api.patch(`/api/v1/nodes/${node}/status`, {
    status: { conditions: [ready], nodeInfo: {}, capacity: { pods: '1000' }, allocatable: { pods: '1000' } },
  });
  return {
    node,
    perform: (pod, act) =>
      persistently(async () => {
        const before = await api.get<Pod>(podPath(pod));
        mustBeSame(before, pod);
        if (before.spec.nodeName === undefined) await bind(api, pod, node);
        const now = seconds();
        const status = withOthers(before.status, act.status(before, now));
        const change = { metadata: { uid: pod.metadata.uid }, status };
        const after = await api.patch<Pod>(`${podPath(pod)}/status`, change);
        if (act.event) await writeEvent(api, pod, node, act.event);
        return after;
      }),
    remove: (pod) =>
      persistently(() => api.remove(podPath(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } })),
    deregister: () => api.remove(`/api/v1/nodes/${node}`),
  };
}

/** A kubelet does not lose a status over a server that restarts; 404 and the like it takes as they are. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const passes = !(error instanceof ApiError) || [409, 429, 500, 503, 504].includes(error.status);
      if (!passes || attempt === 100) throw error;
      await delay(100);
    }
  }
}

function mustBeSame(found: Pod, meant: Pod): void {
  if (found.metadata.uid === meant.metadata.uid) return;
  throw new ApiError(404, 'NotFound', `the pod ${meant.metadata.name} is another one by now`);
}

async function bind(api: ApiClient, pod: Pod, node: string): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'Node', name: node };
  await api.create(`${podPath(pod)}/binding`, { metadata: { name: pod.metadata.name }, target });
}

/** A merge patch replaces the whole list; what others have set (DisruptionTarget by an eviction) has to stay in it. */
function withOthers(before: PodStatus, own: PodStatus): PodStatus {
  const mine = new Set(own.conditions?.map(({ type }) => type));
  const others: PodCondition[] = before.conditions?.filter(({ type }) => !mine.has(type)) ?? [];
  return { ...own, conditions: [...others, ...(own.conditions ?? [])] };
}

let events = 0;

async function writeEvent(api: ApiClient, pod: Pod, node: string, event: NonNullable<PodAct['event']>): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const now = seconds();
  const container = pod.spec.containers[0]?.name;
  await api.create(`/api/v1/namespaces/${namespace}/events`, {
    metadata: { name: `${name}.${Date.now().toString(16)}${++events}` },
    involvedObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      ...{ namespace, name, uid },
      ...(event.ofContainer ? { fieldPath: `spec.containers{${container}}` } : {}),
    },
    type: event.type,
    reason: event.reason,
    message: event.message,
    source: { component: 'kubelet', host: node },
    reportingComponent: 'kubelet',
    reportingInstance: node,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
}

/** Kubernetes' own times have no fractions. */
export function seconds(date = new Date()): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
