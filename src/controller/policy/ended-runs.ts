import { wholeSecond } from '../../api/conditions.ts';
import { HISTORY_LENGTH, type PolicyStatus } from '../../api/status.ts';
import type { CronJob, Job, Pod, PolicyObject } from '../workloads.ts';
import { isFinished, startOf } from './active-run.ts';
import { endOf, outcomeOf, triggerOf } from './outcome.ts';
import type { EndedRun } from './run-history.ts';

/** A Job is created before the CronJob's status tells of it, and the two arrive by separate watches. */
const UNSEEN_GRACE_MS = 60_000;

/** Jobs whose end the status does not know yet. */
export function unrecordedJobs(policy: PolicyObject, jobs: readonly Job[]): Job[] {
  const history = policy.status?.history ?? [];
  const known = new Set(history.map(({ jobUid }) => jobUid));
  const born = policy.metadata.creationTimestamp ?? '';
  // What fell off a full history was counted; a Job may outlive its entry.
  const oldest = history.length < HISTORY_LENGTH ? '' : (history.at(-1)?.completionTime ?? '');
  return jobs.filter(
    (job) =>
      isFinished(job) &&
      !known.has(job.metadata.uid ?? '') &&
      (job.metadata.creationTimestamp ?? '') >= born &&
      endOf(job) > oldest,
  );
}

/** The runs that ended since the last look, each with its verdict. `podsOf` gives a Job's pods as the server has them now. */
export function endedRuns(
  policy: PolicyObject,
  jobs: readonly Job[],
  cronJob: CronJob | undefined,
  podsOf: (job: Job) => readonly Pod[],
  now: Date,
): EndedRun[] {
  const runIds = new Set((policy.status?.history ?? []).flatMap(({ runId }) => runId ?? []));
  const ended = unrecordedJobs(policy, jobs).flatMap((job): EndedRun[] => {
    const outcome = outcomeOf(job, podsOf(job), policy.metadata.name, runIds);
    if (!outcome) return [];
    if (outcome.report) runIds.add(outcome.report.runId);
    return [
      {
        jobName: job.metadata.name,
        jobUid: job.metadata.uid ?? '',
        trigger: triggerOf(job),
        startTime: startOf(job),
        outcome,
      },
    ];
  });
  return [...ended, ...goneRun(policy.status ?? {}, jobs, now), ...unseenRun(policy.status ?? {}, jobs, cronJob, now)];
}

/** A run that was going on when its Job was deleted, or removed by its TTL while no controller looked. */
function goneRun({ activeRun, history = [] }: PolicyStatus, jobs: readonly Job[], now: Date): EndedRun[] {
  if (!activeRun) return [];
  const { jobName, jobUid, trigger, startTime } = activeRun;
  if (jobs.some((job) => job.metadata.uid === jobUid) || history.some((run) => run.jobUid === jobUid)) return [];
  const message = 'its Job was removed before its end was seen; its record at the destination tells how it ended';
  return [
    {
      jobName,
      jobUid,
      trigger,
      startTime,
      outcome: { result: 'Interrupted', reason: 'JobGone', message, completionTime: wholeSecond(now) },
    },
  ];
}

/** From when on a scheduled run without a Job counts as vanished. */
export const unseenFrom = (cronJob: CronJob | undefined): number | undefined =>
  cronJob?.status?.lastScheduleTime === undefined
    ? undefined
    : Date.parse(cronJob.status.lastScheduleTime) + UNSEEN_GRACE_MS;

/** A scheduled run of which nothing is left but the CronJob's word that it was started. */
function unseenRun(status: PolicyStatus, jobs: readonly Job[], cronJob: CronJob | undefined, now: Date): EndedRun[] {
  const scheduled = cronJob?.status?.lastScheduleTime;
  const from = unseenFrom(cronJob);
  if (cronJob === undefined || scheduled === undefined || from === undefined || now.getTime() < from) return [];
  // The name that kube-controller-manager derives from the scheduled minute.
  const jobName = `${cronJob.metadata.name}-${Math.floor(Date.parse(scheduled) / 60_000)}`;
  const { activeRun, history = [] } = status;
  const isKnown =
    jobs.some((job) => job.metadata.name === jobName) ||
    activeRun?.jobName === jobName ||
    history.some((run) => run.jobName === jobName) ||
    (history.length === HISTORY_LENGTH && scheduled <= (history.at(-1)?.completionTime ?? ''));
  if (isKnown) return [];
  const message = 'its Job came and went unseen; its record at the destination tells how it ended';
  return [
    {
      jobName,
      jobUid: `unseen-${scheduled}`,
      trigger: 'Scheduled',
      startTime: scheduled,
      outcome: { result: 'Interrupted', reason: 'JobUnseen', message, completionTime: scheduled },
    },
  ];
}
