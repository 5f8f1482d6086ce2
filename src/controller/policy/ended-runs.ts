import { wholeSecond } from '../../api/conditions.ts';
import { HISTORY_LENGTH } from '../../api/status.ts';
import type { CronJob, Job, Pod } from '../workloads.ts';
import { isFinished, startOf } from './active-run.ts';
import type { CachedPolicy } from './cached-policy.ts';
import { endOf, type Outcome, outcomeOf, triggerOf } from './outcome.ts';
import { countedRuns } from './read-status.ts';
import type { EndedRun } from './run-history.ts';
import { causeIn } from './waits.ts';

/** Jobs whose end the status does not know yet. */
export const unrecordedJobs = (policy: CachedPolicy, jobs: readonly Job[]): Job[] =>
  untoldJobs(policy, jobs.filter(isFinished)).filter((job) => endOf(job) > fullUntil(policy));

/** Whose run may have ended all the same: its container has, and the Job will follow. */
export const unfinishedJobs = (policy: CachedPolicy, jobs: readonly Job[]): Job[] =>
  untoldJobs(
    policy,
    jobs.filter((job) => !isFinished(job)),
  );

function untoldJobs(policy: CachedPolicy, jobs: readonly Job[]): Job[] {
  const history = countedRuns(policy.status, policy.unread);
  const known = new Set(history.map(({ jobUid }) => jobUid));
  const born = policy.metadata.creationTimestamp ?? '';
  return jobs.filter(
    ({ metadata: { uid = '', creationTimestamp = '' } }) => !known.has(uid) && creationTimestamp >= born,
  );
}

/** What fell off a full history was counted; a Job may outlive its entry. */
function fullUntil({ status, unread }: CachedPolicy): string {
  const history = countedRuns(status, unread);
  return history.length < HISTORY_LENGTH ? '' : (history.at(-1)?.completionTime ?? '');
}

/** What there is to see of a policy's runs. */
export interface Nights {
  readonly policy: CachedPolicy;
  readonly jobs: readonly Job[];
  readonly cronJob: CronJob | undefined;
  /** A Job's pods as the server has them now. */
  readonly podsOf: (job: Job) => readonly Pod[];
  /** What its events say of a Job that has no container, or of its newest pod. */
  readonly spokenOf: (job: Job) => string | undefined;
  /** Name of a Job that the CronJob has started, and that the server, asked for it, does not have. */
  readonly vanished: string | undefined;
  readonly now: Date;
}

/** The runs that ended since the last look, each with its verdict. */
export function endedRuns(nights: Nights): EndedRun[] {
  const { policy, jobs } = nights;
  const runIds = new Set(countedRuns(policy.status, policy.unread).flatMap(({ runId }) => runId ?? []));
  const ended = [...unrecordedJobs(policy, jobs), ...unfinishedJobs(policy, jobs)].flatMap((job): EndedRun[] => {
    const outcome = verdictOf(job, nights, runIds);
    if (!outcome || outcome.completionTime <= fullUntil(policy)) return [];
    if (outcome.report) runIds.add(outcome.report.runId);
    const { name: jobName, uid: jobUid = '' } = job.metadata;
    return [{ jobName, jobUid, trigger: triggerOf(job), startTime: startOf(job), outcome }];
  });
  return [...ended, ...goneRun(nights, runIds), ...unseenRun(nights)];
}

/** A container's end is told by the clock of its node, which may be ahead. */
function verdictOf(job: Job, nights: Nights, runIds: ReadonlySet<string>): Outcome | undefined {
  const { policy, podsOf, spokenOf, now } = nights;
  const { activeRun } = policy.status;
  const waited = activeRun?.jobUid === job.metadata.uid ? causeIn(activeRun?.waiting) : undefined;
  const outcome = outcomeOf(job, podsOf(job), {
    policy: policy.metadata.name,
    runIds,
    waited: waited ?? spokenOf(job),
  });
  return outcome && Date.parse(outcome.completionTime) > now.getTime() && !isFinished(job)
    ? { ...outcome, completionTime: wholeSecond(now) }
    : outcome;
}

/** The Job of the run that was going on, where it is not there any more; its pods may be, for a moment or for good. */
export function goneJob({ status, unread, metadata }: CachedPolicy, jobs: readonly Job[]): Job | undefined {
  if (!status.activeRun) return undefined;
  const { jobName, jobUid, startTime } = status.activeRun;
  const isKnown = countedRuns(status, unread).some((run) => run.jobUid === jobUid);
  if (isKnown || jobs.some((job) => job.metadata.uid === jobUid)) return undefined;
  return {
    metadata: { name: jobName, namespace: metadata.namespace ?? '', uid: jobUid, creationTimestamp: startTime },
  };
}

/** A run that was going on when its Job was deleted, or removed by its TTL while no controller looked. */
function goneRun(nights: Nights, runIds: ReadonlySet<string>): EndedRun[] {
  const { policy, jobs, now } = nights;
  const job = goneJob(policy, jobs);
  if (!job || !policy.status.activeRun) return [];
  const { jobName, jobUid, trigger, startTime } = policy.status.activeRun;
  const outcome = verdictOf(job, nights, runIds) ?? {
    result: 'Interrupted',
    reason: 'JobGone',
    message: 'its Job was removed before its end was seen; its record at the destination tells how it ended',
    completionTime: wholeSecond(now),
  };
  return [{ jobName, jobUid, trigger, startTime, outcome }];
}

/**
 * A scheduled run that the CronJob says it started and of which nothing is to be seen: its Job may be on its way here by
 * a watch that lags, or it has come and gone.
 */
export function unseenJob({ status, unread }: CachedPolicy, jobs: readonly Job[], cronJob: CronJob | undefined) {
  const scheduled = cronJob?.status?.lastScheduleTime;
  if (cronJob === undefined || scheduled === undefined) return undefined;
  // The name that kube-controller-manager derives from the scheduled minute.
  const name = `${cronJob.metadata.name}-${Math.floor(Date.parse(scheduled) / 60_000)}`;
  const history = countedRuns(status, unread);
  const isKnown =
    jobs.some((job) => job.metadata.name === name) ||
    status.activeRun?.jobName === name ||
    history.some((run) => run.jobName === name) ||
    (history.length === HISTORY_LENGTH && scheduled <= (history.at(-1)?.completionTime ?? ''));
  return isKnown ? undefined : { name, scheduled };
}

/** kube-controller-manager makes the Job first and then says so: where the server has none by then, it is gone. */
function unseenRun({ policy, jobs, cronJob, vanished }: Nights): EndedRun[] {
  const unseen = unseenJob(policy, jobs, cronJob);
  if (!unseen || unseen.name !== vanished) return [];
  const { name: jobName, scheduled } = unseen;
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
