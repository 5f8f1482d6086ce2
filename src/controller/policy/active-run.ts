import { clip } from '../../api/clip.ts';
import { MESSAGE_BYTES } from '../../api/conditions.ts';
import type { RunProgress } from '../../api/report.ts';
import type { ActiveRun } from '../../api/status.ts';
import { conditionOf, type Job, type Pod } from '../workloads.ts';
import { triggerOf } from './outcome.ts';
import { waitsFor } from './waits.ts';

export const isFinished = (job: Job): boolean =>
  conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

/**
 * The run that goes on: of several the one that began first, since it holds the lease and the others will be skipped. One
 * that was `told` of already has ended, whatever else keeps its Job, and comes last.
 */
export function activeJob(jobs: readonly Job[], told: ReadonlySet<string>): Job | undefined {
  const rank = (job: Job): string => `${told.has(job.metadata.uid ?? '') ? 1 : 0} ${startOf(job)}`;
  return jobs
    .filter((job) => !isFinished(job))
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))[0];
}

export const startOf = (job: Job): string => job.status?.startTime ?? job.metadata.creationTimestamp ?? '';

export const newestPod = (pods: readonly Pod[]): Pod | undefined =>
  pods.toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1))[0];

/** What a Job, its newest pod and the pod's /run page say of a run that goes on. */
export function activeRunOf(
  job: Job,
  pods: readonly Pod[],
  {
    progress,
    spoken,
    now,
  }: { readonly progress?: RunProgress | undefined; readonly spoken?: string | undefined; readonly now: Date },
): ActiveRun {
  const waiting = waitsFor(job, newestPod(pods), spoken, now) ?? runWaitsFor(progress);
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

/** A run that is there and can't go on says so itself. */
function runWaitsFor(progress: RunProgress | undefined): string | undefined {
  const waiting = progress?.waiting;
  if (waiting === undefined) return undefined;
  const until = waiting.until === undefined ? '' : `, until ${waiting.until}`;
  return `${waiting.for}, since ${waiting.since}${until}`;
}
