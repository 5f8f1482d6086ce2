import { clip } from '../../api/clip.ts';
import { MESSAGE_BYTES } from '../../api/conditions.ts';
import type { RunProgress } from '../../api/report.ts';
import type { ActiveRun } from '../../api/status.ts';
import { conditionOf, type Job, type Pod } from '../workloads.ts';
import { stateOf, triggerOf } from './outcome.ts';

export const isFinished = (job: Job): boolean =>
  conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

/** The run that goes on: of several the one that began first, since it holds the lease and the others will be skipped. */
export function activeJob(jobs: readonly Job[]): Job | undefined {
  return jobs
    .filter((job) => !isFinished(job))
    .toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0))[0];
}

export const startOf = (job: Job): string => job.status?.startTime ?? job.metadata.creationTimestamp ?? '';

export const newestPod = (pods: readonly Pod[]): Pod | undefined =>
  pods.toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1))[0];

/** What a Job, its newest pod and the pod's /run page say of a run that goes on. */
export function activeRunOf(job: Job, pods: readonly Pod[], progress: RunProgress | undefined): ActiveRun {
  const waiting = waitsFor(newestPod(pods));
  return {
    jobName: job.metadata.name,
    jobUid: job.metadata.uid ?? '',
    trigger: triggerOf(job),
    startTime: startOf(job),
    ...(waiting === undefined ? {} : { waiting: clip(waiting.toWellFormed(), MESSAGE_BYTES) }),
    ...(progress && {
      runId: progress.runId,
      stage: progress.stage,
      ...(progress.percent === undefined ? {} : { percent: progress.percent }),
      filesDone: progress.filesDone,
      bytesDone: progress.bytesDone,
      ...(progress.bytesTotal === undefined ? {} : { bytesTotal: progress.bytesTotal }),
      heartbeatTime: progress.heartbeatTime,
    }),
  };
}

/** On the way to running: no reason to write a status. */
const PASSING = new Set(['ContainerCreating', 'PodInitializing']);

/** Why a pod does not run, in the kubelet's or the scheduler's own words; the same text stands in the pod's events. */
export function waitsFor(pod: Pod | undefined): string | undefined {
  const waiting = stateOf(pod)?.waiting;
  if (waiting?.reason !== undefined && !PASSING.has(waiting.reason))
    return waiting.message === undefined ? waiting.reason : `${waiting.reason}: ${waiting.message}`;
  const scheduled = pod?.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return scheduled && `${scheduled.reason ?? 'Unschedulable'}: ${scheduled.message ?? 'no message'}`;
}
