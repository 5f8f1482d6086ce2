import { clip } from '../../api/clip.ts';
import { MESSAGE_BYTES } from '../../api/conditions.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitReason } from '../../api/exit-codes.ts';
import { MANUAL_ANNOTATION } from '../../api/kubernetes-names.ts';
import { hasPassed, type Result, type RunReport } from '../../api/report.ts';
import type { Trigger } from '../../api/status.ts';
import { CONTAINER } from '../pod-template.ts';
import { type ContainerState, conditionOf, type Job, type Pod } from '../workloads.ts';
import { type ReportReading, readReport } from './read-report.ts';

/** How a finished Job ended. The report is there whenever it could be believed, whatever the verdict. */
export interface Outcome {
  readonly result: Result;
  readonly reason: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly report?: RunReport | undefined;
  readonly completionTime: string;
}

export const triggerOf = (job: Job): Trigger => {
  if (job.metadata.annotations?.[MANUAL_ANNOTATION] === 'manual') return 'Manual';
  return job.metadata.ownerReferences?.some((owner) => owner.kind === 'CronJob') ? 'Scheduled' : 'Manual';
};

/**
 * The verdict on a Job, or undefined while it goes on. Three witnesses are heard: the Job's condition, the pod's reason,
 * and the run's own report. Success needs all of them; a run whose report is missing or contradicts them has failed,
 * because nothing proves its backup. Pod reasons come before exit codes: an evicted pod has no message, and a container
 * in which anything was OOM-killed says so even beside the main process's own exit code.
 */
export function outcomeOf(
  job: Job,
  pods: readonly Pod[],
  policy: string,
  knownRunIds: ReadonlySet<string>,
): Outcome | undefined {
  const complete = conditionOf(job, 'Complete');
  const failed = conditionOf(job, 'Failed');
  const end = complete ?? failed;
  if (!end) return undefined;
  const pod = decidingPod(pods, complete !== undefined);
  const terminated = terminatedOf(pod);
  const { uid: jobUid = '', creationTimestamp: jobCreated = '' } = job.metadata;
  const reading = readReport(terminated?.message, { policy, jobUid, jobCreated, knownRunIds });
  const ending = complete ? ofCompleteJob(pod, terminated, reading) : ofFailedJob(failed, pod, terminated, reading);
  return {
    exitCode: terminated?.exitCode,
    report: reading.report,
    ...ending,
    message: clip(ending.message.toWellFormed(), MESSAGE_BYTES),
    completionTime: endOf(job),
  };
}

/**
 * When a finished Job ended, by the cluster's clock and no other: a report that names next year would keep a policy
 * fresh until then, and runs are counted once by the order of these times.
 */
export const endOf = (job: Job): string =>
  job.status?.completionTime ??
  (conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed'))?.lastTransitionTime ??
  job.metadata.creationTimestamp ??
  '';

/** All but the time, which the cluster alone tells. */
type HowEnded = Omit<Outcome, 'completionTime'>;
type Terminated = ContainerState['terminated'];

function ofCompleteJob(pod: Pod | undefined, terminated: Terminated, reading: ReportReading): HowEnded {
  if (!pod) return unproven('PodGone', 'the Job is complete, but its pod is gone, and with it the report');
  if (!reading.report) return unproven(reading.reason, `the Job is complete, but ${reading.message}`);
  const { report } = reading;
  if (pod.status?.reason === 'Evicted') return unproven('Evicted', 'the Job is complete, but its pod was evicted');
  const isSuccess = report.result === 'Succeeded' && report.exitCode === EXIT_CODES.succeeded;
  if (terminated?.exitCode !== EXIT_CODES.succeeded || !isSuccess)
    return unproven(
      'ReportContradicts',
      `the Job is complete, but its report says ${report.result}: ${report.message}`,
    );
  return isProven(report)
    ? ofReport(report)
    : unproven('VerificationMissing', 'the report says Succeeded, but names no verified backup');
}

function ofFailedJob(
  condition: { readonly reason?: string; readonly message?: string } | undefined,
  pod: Pod | undefined,
  terminated: Terminated,
  reading: ReportReading,
): HowEnded {
  const interrupted = podReason(pod, terminated);
  if (interrupted) return interrupted;
  // Before the report: whether the deleted pod's can still be read is a race that nobody should have to know of.
  if (condition?.reason === 'DeadlineExceeded')
    return {
      result: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'the Job ran into its deadline, which deleted its pod',
    };
  const { report } = reading;
  if (report?.result === 'Succeeded')
    return unproven('ReportContradicts', 'the report says Succeeded, but the Job has failed');
  if (report && report.exitCode !== terminated?.exitCode)
    return unproven(
      'ReportContradicts',
      `the report says exit code ${report.exitCode}, the container ended with ${terminated?.exitCode}`,
    );
  if (report) return ofReport(report);
  if (!terminated)
    return {
      result: 'Failed',
      reason: condition?.reason ?? 'JobFailed',
      message: `the Job has failed without a pod that tells why: ${condition?.message ?? 'no message'}`,
    };
  return ofExitCode(terminated.exitCode, reading);
}

/** What the kubelet or the scheduler did to the pod, if that decides. */
function podReason(pod: Pod | undefined, terminated: Terminated): HowEnded | undefined {
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
  return undefined;
}

function ofReport({ result, reason, message, hint }: RunReport): HowEnded {
  return { result, reason, message, hint };
}

function ofExitCode(exitCode: number, reading: ReportReading): HowEnded {
  const name = (Object.keys(EXIT_CODES) as ExitReason[]).find((key) => EXIT_CODES[key] === exitCode);
  const why = reading.report === undefined ? `; ${reading.message}` : '';
  if (name === undefined || name === 'succeeded')
    return {
      result: 'Failed',
      reason: 'ExitCodeUnknown',
      message: `the container ended with exit code ${exitCode}${why}`,
    };
  return {
    result: RESULT_OF[name] ?? 'Failed',
    reason: name[0]?.toUpperCase() + name.slice(1),
    message: `${EXIT_CODE_MEANINGS[name]} (exit code ${exitCode})${why}`,
  };
}

const RESULT_OF: Partial<Record<ExitReason, Result>> = {
  incomplete: 'Incomplete',
  leaseHeld: 'Skipped',
  interrupted: 'Interrupted',
  terminated: 'Interrupted',
};

/** Nothing else that such a report says is believed either. */
const unproven = (reason: string, message: string): HowEnded => ({
  result: 'Failed',
  reason,
  message,
  report: undefined,
});

const isProven = ({ backup, verification }: RunReport): boolean =>
  backup !== undefined && verification !== undefined && hasPassed(verification);

/** The pod that completed a Job, or else the newest, which is the last that was tried; of one second, the last to end. */
function decidingPod(pods: readonly Pod[], isComplete: boolean): Pod | undefined {
  const age = (pod: Pod): string => `${pod.metadata.creationTimestamp ?? ''} ${terminatedOf(pod)?.finishedAt ?? ''}`;
  const newestFirst = pods.toSorted((a, b) => (age(a) < age(b) ? 1 : -1));
  return (isComplete ? newestFirst.find((pod) => pod.status?.phase === 'Succeeded') : undefined) ?? newestFirst[0];
}

export const stateOf = (pod: Pod | undefined): ContainerState | undefined =>
  pod?.status?.containerStatuses?.find((status) => status.name === CONTAINER)?.state;

const terminatedOf = (pod: Pod | undefined): Terminated => stateOf(pod)?.terminated;
