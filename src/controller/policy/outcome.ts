import { clip } from '../../api/clip.ts';
import { MESSAGE_BYTES } from '../../api/conditions.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitReason, FINAL_EXIT_CODES } from '../../api/exit-codes.ts';
import { MANUAL_ANNOTATION } from '../../api/kubernetes-names.ts';
import { hasPassed, type Result, type RunReport } from '../../api/report.ts';
import type { Trigger } from '../../api/status.ts';
import { conditionOf, type Job, type Pod } from '../workloads.ts';
import { type HowEnded, keepersOf, podReason, type Terminated, terminatedOf } from './pod-reason.ts';
import { type ReportReading, readReport } from './read-report.ts';

/** How a run ended, and when, which the cluster alone tells. */
export interface Outcome extends HowEnded {
  readonly completionTime: string;
}

/** What is known of a run besides its Job and its pods. */
export interface KnownOfRun {
  readonly policy: string;
  /** Of other runs: one has one Job. */
  readonly runIds: ReadonlySet<string>;
  /** What it waited for when it was last seen, if it did. */
  readonly waited?: string | undefined;
}

export const triggerOf = (job: Job): Trigger => {
  if (job.metadata.annotations?.[MANUAL_ANNOTATION] === 'manual') return 'Manual';
  return job.metadata.ownerReferences?.some((owner) => owner.kind === 'CronJob') ? 'Scheduled' : 'Manual';
};

/**
 * The verdict on a Job, or undefined while it goes on. Three witnesses are heard: the Job's condition, the pod's reason,
 * and the run's own report. Success needs all of them; a run whose report contradicts them has failed, because nothing
 * proves its backup, and one that ended well and whose report is lost is neither. Pod reasons come before exit codes: an evicted pod has no message, and a container
 * in which anything was OOM-killed says so even beside the main process's own exit code.
 */
export function outcomeOf(
  job: Job,
  pods: readonly Pod[],
  { policy, runIds: knownRunIds, waited }: KnownOfRun,
): Outcome | undefined {
  const complete = conditionOf(job, 'Complete');
  const failed = conditionOf(job, 'Failed');
  const end = complete ?? failed;
  const pod = decidingPod(pods, complete !== undefined);
  const terminated = terminatedOf(pod);
  const { uid: jobUid = '', creationTimestamp: jobCreated = '' } = job.metadata;
  const reading = readReport(terminated?.message, { policy, jobUid, jobCreated, knownRunIds });
  const ending = complete
    ? ofCompleteJob(pod, terminated, reading)
    : end
      ? ofFailedJob({ ...failed, waited }, pod, terminated, reading)
      : ofEndedContainer(pod, terminated, reading);
  return (
    ending && {
      exitCode: terminated?.exitCode,
      report: reading.report,
      ...ending,
      message: clip(ending.message.toWellFormed(), MESSAGE_BYTES),
      completionTime: end ? endOf(job) : (terminated?.finishedAt ?? endOf(job)),
    }
  );
}

/**
 * A run ends with its own container. What else is in the pod, such as the sidecar of a mesh, may keep the pod and the Job
 * for hours, and a cleaner may take both away within a second. Before the Job has ended its container is believed where
 * no retry can follow: it has proven a backup, or it has ended for good and another container keeps the pod.
 */
function ofEndedContainer(pod: Pod | undefined, terminated: Terminated, reading: ReportReading): HowEnded | undefined {
  const { report } = reading;
  if (!terminated || !report || report.exitCode !== terminated.exitCode) return undefined;
  if (provesBackup(pod, terminated, report)) return ofReport(report);
  return pod && keepersOf(pod).length > 0 && FINAL_EXIT_CODES.includes(terminated.exitCode)
    ? ofReport(report)
    : undefined;
}

/** A container that has ended as it should, in a pod of which nothing bad is said but that it was there too long. */
const provesBackup = (pod: Pod | undefined, terminated: Terminated, report: RunReport | undefined): boolean =>
  terminated?.exitCode === EXIT_CODES.succeeded &&
  (terminated.reason === undefined || terminated.reason === 'Completed') &&
  (pod?.status?.reason === undefined || pod.status.reason === 'DeadlineExceeded') &&
  report?.result === 'Succeeded' &&
  report.exitCode === EXIT_CODES.succeeded &&
  isProven(report);

/** Whether a Job has failed only because of what else was in the pod: it never ended, or ended badly. */
const isBlameless = (reason: string | undefined, pod: Pod | undefined): boolean =>
  reason === 'DeadlineExceeded' ||
  pod?.status?.reason === 'DeadlineExceeded' ||
  (pod?.status?.containerStatuses ?? []).some(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);

/**
 * Whose end nobody saw, or whose last words are not to be had: they may have made a backup, but nothing here proves it,
 * nor that they failed.
 */
export const isUnseen = ({ result, reason }: { readonly result: Result; readonly reason: string }): boolean =>
  result === 'Interrupted' && UNSEEN_REASONS.has(reason);
/** A report of these says nothing, good or bad; one about another run is there, and contradicts. */
const LOST_REPORTS: ReadonlySet<string> = new Set(['ReportMissing', 'ReportUnreadable', 'ReportVersionUnknown']);
const UNSEEN_REASONS: ReadonlySet<string> = new Set(['JobGone', 'JobUnseen', 'PodGone', ...LOST_REPORTS]);

/**
 * When a finished Job ended, by the cluster's clock and no other: a report that names next year would keep a policy
 * fresh until then, and runs are counted once by the order of these times.
 */
export const endOf = (job: Job): string =>
  job.status?.completionTime ??
  (conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed'))?.lastTransitionTime ??
  job.metadata.creationTimestamp ??
  '';

function ofCompleteJob(pod: Pod | undefined, terminated: Terminated, reading: ReportReading): HowEnded {
  if (!pod)
    return {
      result: 'Interrupted',
      reason: 'PodGone',
      message:
        'the Job is complete, but its pod is gone, and with it the report; its record at the destination tells more',
    };
  if (pod.status?.reason === 'Evicted') return unproven('Evicted', 'the Job is complete, but its pod was evicted');
  if (!reading.report) return withoutReport(terminated, reading);
  const { report } = reading;
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

/** That the container ended with 0 proves no backup, and that its words are lost proves no failure. */
function withoutReport(
  terminated: Terminated,
  { reason, message }: Exclude<ReportReading, { report: RunReport }>,
): HowEnded {
  const words = `the Job is complete, but ${message}`;
  const isLost = LOST_REPORTS.has(reason) && (terminated?.exitCode ?? EXIT_CODES.succeeded) === EXIT_CODES.succeeded;
  return isLost
    ? { result: 'Interrupted', reason, message: `${words}; its record at the destination tells how it ended` }
    : unproven(reason, words);
}

function ofFailedJob(
  condition: { readonly reason?: string; readonly message?: string; readonly waited?: string | undefined },
  pod: Pod | undefined,
  terminated: Terminated,
  reading: ReportReading,
): HowEnded {
  if (reading.report && provesBackup(pod, terminated, reading.report) && isBlameless(condition.reason, pod))
    return ofReport(reading.report);
  const interrupted = podReason(pod, terminated);
  if (interrupted) return interrupted;
  // Before the report: whether the deleted pod's can still be read is a race that nobody should have to know of.
  if (!terminated && condition.waited !== undefined) return neverRan(condition.waited);
  if (condition.reason === 'DeadlineExceeded')
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
      reason: condition.reason ?? 'JobFailed',
      message: `the Job has failed without a pod that tells why: ${condition.message ?? 'no message'}`,
    };
  return ofExitCode(terminated.exitCode, reading);
}

/** What it waited for to its end is why it failed. */
function neverRan(waited: string): HowEnded {
  const [, reason = 'NeverRan'] = /^([A-Z][A-Za-z0-9]{0,63})(?::|$)/.exec(waited) ?? [];
  return { result: 'Failed', reason, message: `the Job has failed while its run waited: ${waited}` };
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
