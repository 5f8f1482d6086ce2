import { conditionOf, type Job, type Pod } from '../workloads.ts';
import { keepersOf, stateOf } from './pod-reason.ts';

/** On the way to running: what holds it, if anything does, stands in the events alone. */
const PASSING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
/** A pod is made, placed and taken by its node within seconds; before that nothing holds it. */
const PROMPT_MS = 10_000;

/**
 * Why a run does not go on, in the words of Kubernetes, as `Reason: sentence`; undefined while it does, or is on its way.
 * `spoken` is what the events say of the Job without a pod, or of its newest pod.
 */
export function waitsFor(job: Job, pod: Pod | undefined, spoken: string | undefined, now: Date): string | undefined {
  if (!pod) return suspended(job) ?? spoken ?? late(job, now, 'NoPod', 'Kubernetes has not made its pod yet');
  if (hasBegun(pod)) return kept(pod) ?? ending(pod) ?? silent(pod);
  return ending(pod) ?? unscheduled(pod) ?? stuck(pod) ?? onItsWay(pod, spoken, now);
}

/** What a run waited for, as far as it may be why it failed: a pod is ended because the run is over, not the other way. */
export const causeIn = (waiting: string | undefined): string | undefined =>
  waiting !== undefined && /^(Terminating|PodKept):/.test(waiting) ? undefined : waiting;

/** Whether only the events can say what holds a run. */
export const isMute = (job: Job, pod: Pod | undefined): boolean =>
  pod ? !hasBegun(pod) && (ending(pod) ?? unscheduled(pod) ?? stuck(pod)) === undefined : suspended(job) === undefined;

function hasBegun(pod: Pod): boolean {
  const { running, terminated } = stateOf(pod) ?? {};
  return (running ?? terminated) !== undefined;
}

const suspended = (job: Job): string | undefined =>
  conditionOf(job, 'Suspended') && 'JobSuspended: the Job is suspended; a queue or somebody holds it back';

function kept(pod: Pod): string | undefined {
  const keepers = keepersOf(pod);
  return keepers.length === 0
    ? undefined
    : `PodKept: the run has ended, but ${keepers.join(', ')} in its pod has not; until then no other run is started`;
}

function ending({ metadata: { deletionTimestamp }, status }: Pod): string | undefined {
  const why = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True');
  return (
    deletionTimestamp && `Terminating: its pod is being ended${why?.message === undefined ? '' : `: ${why.message}`}`
  );
}

/** `SchedulingGated` too: a queue that holds pods. */
function unscheduled({ status }: Pod): string | undefined {
  const scheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return scheduled && `${scheduled.reason ?? 'Unschedulable'}: ${scheduled.message ?? 'no message'}`;
}

/** The kubelet's own words for a container, those of init containers first: ours waits for them. */
function stuck({ status }: Pod): string | undefined {
  for (const { state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason !== undefined && !PASSING.has(reason)) return message === undefined ? reason : `${reason}: ${message}`;
  }
  return undefined;
}

/** kube-controller-manager takes Ready from the pods of a node that is silent, and leaves ContainersReady as it was. */
function silent({ spec, status }: Pod): string | undefined {
  const is = (type: string, value: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === value) === true;
  return is('Ready', 'False') && is('ContainersReady', 'True')
    ? `NodeNotReady: the node ${spec?.nodeName ?? 'of its pod'} does not answer`
    : undefined;
}

function onItsWay(pod: Pod, spoken: string | undefined, now: Date): string | undefined {
  if (spoken !== undefined) return spoken;
  const isTaken = (pod.status?.containerStatuses ?? []).length > 0;
  const node = pod.spec?.nodeName;
  if (isTaken) return undefined;
  return node === undefined
    ? late(pod, now, 'Unscheduled', 'no scheduler has looked at its pod yet')
    : late(pod, now, 'NodeSilent', `the node ${node} has not taken its pod yet`);
}

function late({ metadata }: Job | Pod, now: Date, reason: string, sentence: string): string | undefined {
  const since = Date.parse(metadata.creationTimestamp ?? '');
  return now.getTime() - since >= PROMPT_MS ? `${reason}: ${sentence}` : undefined;
}
