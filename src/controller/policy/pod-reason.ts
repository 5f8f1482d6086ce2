import type { Result, RunReport } from '../../api/report.ts';
import { CONTAINER } from '../pod-template.ts';
import { type ContainerState, type ContainerStatus, conditionOf, type Pod } from '../workloads.ts';

/** How a run ended. The report is there whenever it could be believed, whatever the verdict. */
export interface HowEnded {
  readonly result: Result;
  readonly reason: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly report?: RunReport | undefined;
}

export type Terminated = ContainerState['terminated'];

export const stateOf = (pod: Pod | undefined): ContainerState | undefined =>
  pod?.status?.containerStatuses?.find((status) => status.name === CONTAINER)?.state;

export const terminatedOf = (pod: Pod | undefined): Terminated => stateOf(pod)?.terminated;

/** The containers that still run in a pod whose run has ended. */
export const keepersOf = (pod: Pod): readonly string[] =>
  terminatedOf(pod) === undefined
    ? []
    : (pod.status?.containerStatuses ?? []).flatMap(({ name, state }) => (state?.running ? [name] : []));

/** What the kubelet or the scheduler did to the pod, if that decides. */
export function podReason(pod: Pod | undefined, terminated: Terminated): HowEnded | undefined {
  if (pod?.status?.reason === 'Evicted')
    return {
      result: 'Interrupted',
      reason: 'Evicted',
      message: `the pod was evicted: ${pod.status.message ?? 'no message'}`,
    };
  if (pod?.status?.reason === 'DeadlineExceeded')
    return {
      result: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'the pod ran into its deadline, two minutes after the run should have ended by itself',
      hint: 'raise spec.job.activeDeadlineSeconds, or see in the log what it waited for',
    };
  if (terminated?.reason === 'OOMKilled')
    return {
      result: 'Failed',
      reason: 'OOMKilled',
      message: 'the container ran out of memory and was killed',
      hint: 'raise spec.job.resources.limits.memory, or lower spec.transfer.uploadPartMiB and maxConcurrentUploads',
    };
  const disruption = pod && conditionOf(pod, 'DisruptionTarget');
  if (disruption)
    return {
      result: 'Interrupted',
      reason: disruption.reason ?? 'Disrupted',
      message: `the pod was ended: ${disruption.message ?? 'no message'}`,
    };
  return pod && !terminated ? (refusedByNode(pod) ?? initFailed(pod)) : undefined;
}

function initFailed({ status }: Pod): HowEnded | undefined {
  const failed = status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  return (
    failed && {
      result: 'Failed',
      reason: 'InitContainerFailed',
      message: `its container ${failed.name}, which comes before the backup, ended with exit code ${failed.state?.terminated?.exitCode}`,
    }
  );
}

/** A node that takes no pod says so in the pod and runs nothing of it; a resource's name may be anything (OutOfx/y). */
function refusedByNode({ status }: Pod): HowEnded | undefined {
  if (status?.phase !== 'Failed' || status.reason === undefined || (status.containerStatuses ?? []).some(hasEnded))
    return undefined;
  return {
    result: 'Failed',
    reason: /^[A-Z][A-Za-z0-9]{0,63}$/.test(status.reason) ? status.reason : 'PodRefused',
    message: `the node did not take the pod (${status.reason}): ${status.message ?? 'no message'}`,
  };
}

const hasEnded = ({ state }: ContainerStatus): boolean => state?.terminated !== undefined;
