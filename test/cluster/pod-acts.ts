import type { ContainerStatus, Pod, PodCondition, PodStatus, Terminated } from './pod.ts';

/**
 * What becomes of a pod, in the words and fields of a kubelet 1.36 (pkg/kubelet, the file is named where it matters).
 * Pure: the player (kubelet.ts) writes it. All times are RFC 3339 with seconds.
 */
export interface PodAct {
  readonly name: string;
  status(pod: Pod, now: string): PodStatus;
  /** An Event that the kubelet writes along with it; about the first container if `ofContainer`. */
  readonly event?: {
    readonly type: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
    readonly ofContainer: boolean;
  };
}

/** container/runtime.go: a longer message loses its beginning (tail.ReadAtMost). */
const LONGEST_MESSAGE = 4096;

/**
 * In a message it stands for what the container has for its slot, the UID of the pod's Job, which a test can't know
 * beforehand. It is as long, so that a message that just fits still does.
 */
export const OWN_SLOT = '00000000-0000-0000-0000-000000000000';
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

export interface EndOptions {
  readonly message?: string;
  readonly code?: number;
}

/** `podIp` is where the pod can be reached, if anywhere. */
export function runs(podIp?: string): PodAct {
  return {
    name: 'runs',
    status: (pod, now) => ({
      phase: 'Running',
      ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
      startTime: startOf(pod, now),
      conditions: conditions(now, 'True'),
      containerStatuses: containers(pod, true, { running: { startedAt: now } }),
    }),
  };
}

/** The containers end by themselves with this code; 128 + n is signal n. */
export function exits(code: number, message = ''): PodAct {
  return {
    name: `exits ${code}`,
    status: (pod, now) => ended(pod, now, terminated(pod, now, code, code === 0 ? 'Completed' : 'Error', message)),
  };
}

/** Any process of the container that the kernel killed for memory gives the reason, whatever the main one's code. */
export function oomKilled({ code = 137, message = '' }: EndOptions = {}): PodAct {
  return {
    name: 'is OOM-killed',
    status: (pod, now) => ({ ...ended(pod, now, terminated(pod, now, code, 'OOMKilled', message)), phase: 'Failed' }),
  };
}

/**
 * Thrown off its node. By default for more than its limit of local storage; `nodePressure` is the node's own need, and
 * only that sets DisruptionTarget (eviction/eviction_manager.go). No message survives; `code: 0` is a container that
 * was just done.
 */
export function evicted({ nodePressure = false, code = 137 }: { nodePressure?: boolean; code?: number } = {}): PodAct {
  const message = nodePressure
    ? 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. '
    : 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ';
  const disruption = (now: string): PodCondition[] =>
    nodePressure ? [condition('DisruptionTarget', 'True', now, { reason: 'TerminationByKubelet', message })] : [];
  return {
    name: 'is evicted',
    status: (pod, now) => {
      const status = ended(pod, now, terminated(pod, now, code, code === 0 ? 'Completed' : 'Error', ''));
      const all = [...(status.conditions ?? []), ...disruption(now)];
      return { ...status, phase: 'Failed', reason: 'Evicted', message, conditions: all };
    },
    event: { type: 'Warning', reason: 'Evicted', message, ofContainer: false },
  };
}

export const evictedWithExit0 = (): PodAct => evicted({ code: 0 });

/** The pod's own activeDeadlineSeconds (active_deadline.go); a message that the process still wrote is kept. */
export function deadlineExceeded({ code = 137, message = '' }: EndOptions = {}): PodAct {
  const why = 'Pod was active on the node longer than the specified deadline';
  return {
    name: 'is past its deadline',
    status: (pod, now) => ({
      ...ended(pod, now, terminated(pod, now, code, code === 0 ? 'Completed' : 'Error', message)),
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: why,
    }),
    event: { type: 'Normal', reason: 'DeadlineExceeded', message: why, ofContainer: false },
  };
}

/** The first container ends; what else is in the pod, such as the sidecar of a mesh, stays. */
export function endsBeside(code: number, message = ''): PodAct {
  return {
    name: `exits ${code} beside a sidecar`,
    status: (pod, now) => ({
      phase: 'Running',
      startTime: startOf(pod, now),
      conditions: conditions(now, 'False', { reason: 'ContainersNotReady' }),
      containerStatuses: containers(pod, true, { running: { startedAt: now } }).map((status, i) =>
        i > 0
          ? status
          : {
              ...status,
              ready: false,
              state: { terminated: terminated(pod, now, code, code === 0 ? 'Completed' : 'Error', message) },
            },
      ),
    }),
  };
}

/** The kubelet does not take the pod (lifecycle/predicate.go): nothing of it ever runs. */
export function refusedByNode(reason: string, words: string): PodAct {
  const message = `Pod was rejected: ${words}`;
  return {
    name: `is refused: ${reason}`,
    status: (pod, now) => ({ phase: 'Failed', reason, message, startTime: startOf(pod, now) }),
    event: { type: 'Warning', reason, message, ofContainer: false },
  };
}

/** Its container can't be made, tried again for ever: a Secret or key that does not exist, an image that can't be had. */
export function neverStarts(message: string, reason = 'CreateContainerConfigError'): PodAct {
  return {
    name: `never starts: ${reason}`,
    status: (pod, now) => ({
      phase: 'Pending',
      startTime: startOf(pod, now),
      conditions: conditions(now, 'False', { reason: 'ContainersNotReady' }),
      containerStatuses: containers(pod, false, { waiting: { reason, message } }),
    }),
    event: { type: 'Warning', reason: 'Failed', message: `Error: ${message}`, ofContainer: true },
  };
}

export const missingSecret = (name: string): PodAct => neverStarts(`secret "${name}" not found`);

export const missingKey = (key: string, secret: string, namespace: string): PodAct =>
  neverStarts(`couldn't find key ${key} in Secret ${namespace}/${secret}`);

function ended(pod: Pod, now: string, end: Terminated): PodStatus {
  return {
    phase: end.exitCode === 0 ? 'Succeeded' : 'Failed',
    startTime: startOf(pod, now),
    conditions: conditions(now, 'False', { reason: end.exitCode === 0 ? 'PodCompleted' : 'PodFailed' }),
    containerStatuses: containers(pod, false, { terminated: end }),
  };
}

function terminated(pod: Pod, now: string, exitCode: number, reason: string, message: string): Terminated {
  const kept = lastBytes(message.replace(OWN_SLOT, pod.metadata.labels?.[CONTROLLER_UID] ?? OWN_SLOT));
  const startedAt = pod.status.containerStatuses?.[0]?.state.running?.startedAt ?? now;
  return { exitCode, reason, ...(kept === '' ? {} : { message: kept }), startedAt, finishedAt: now };
}

function lastBytes(message: string): string {
  return Buffer.from(message).subarray(-LONGEST_MESSAGE).toString();
}

const startOf = (pod: Pod, now: string): string => pod.status.startTime ?? now;

function containers(pod: Pod, started: boolean, state: ContainerStatus['state']): ContainerStatus[] {
  return pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: started || state.terminated ? `sha256:${'0'.repeat(64)}` : '',
    ready: started,
    started,
    restartCount: 0,
    state,
  }));
}

function conditions(now: string, ready: 'True' | 'False', why: Partial<PodCondition> = {}): PodCondition[] {
  return [
    condition('PodScheduled', 'True', now),
    condition('Initialized', 'True', now),
    condition('Ready', ready, now, why),
    condition('ContainersReady', ready, now, why),
  ];
}

function condition(type: string, status: 'True' | 'False', now: string, why: Partial<PodCondition> = {}): PodCondition {
  return { type, status, lastTransitionTime: now, ...why };
}
