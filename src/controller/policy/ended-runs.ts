import { wholeSecond } from '../../api/conditions.ts';
import { HISTORY_LENGTH } from '../../api/status.ts';
import type { CronJob, Job, Pod } from '../workloads.ts';
import { isFinished, startOf } from './active-run.ts';
import type { CachedPolicy } from './cached-policy.ts';
import { endOf, outcomeOf, triggerOf } from './outcome.ts';
import { countedRuns } from './read-status.ts';
import type { EndedRun } from './run-history.ts';

/** A Job is created before the CronJob's status tells of it, and the two arrive by separate watches. */
const UNSEEN_GRACE_MS = 60_000;

/** Jobs whose end the status does not know yet. */
export function unrecordedJobs(policy: CachedPolicy, jobs: readonly Job[]): Job[] {
  const history = countedRuns(policy.status, policy.unread);
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

/** What there is to see of a policy's runs. */
export interface Nights {
  readonly policy: CachedPolicy;
  readonly jobs: readonly Job[];
  readonly cronJob: CronJob | undefined;
  /** A Job's pods as the server has them now. */
  readonly podsOf: (job: Job) => readonly Pod[];
  readonly now: Date;
}

/** The runs that ended since the last look, each with its verdict. */
export function endedRuns(nights: Nights): EndedRun[] {
  const { policy, jobs, podsOf } = nights;
  const runIds = new Set(countedRuns(policy.status, policy.unread).flatMap(({ runId }) => runId ?? []));
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
  return [...ended, ...goneRun(nights), ...unseenRun(nights)];
}

/** A run that was going on when its Job was deleted, or removed by its TTL while no controller looked. */
function goneRun({ policy: { status, unread }, jobs, now }: Nights): EndedRun[] {
  const { activeRun } = status;
  if (!activeRun) return [];
  const history = countedRuns(status, unread);
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
function unseenRun({ policy: { status, unread }, jobs, cronJob, now }: Nights): EndedRun[] {
  const scheduled = cronJob?.status?.lastScheduleTime;
  const from = unseenFrom(cronJob);
  if (cronJob === undefined || scheduled === undefined || from === undefined || now.getTime() < from) return [];
  // The name that kube-controller-manager derives from the scheduled minute.
  const jobName = `${cronJob.metadata.name}-${Math.floor(Date.parse(scheduled) / 60_000)}`;
  const { activeRun } = status;
  const history = countedRuns(status, unread);
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
