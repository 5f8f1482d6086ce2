import { type Condition, conditionsFrom, type Judgement, type Judgements, wholeSecond } from '../../api/conditions.ts';
import { cronJobName } from '../../api/kubernetes-names.ts';
import type { PolicySpec } from '../../api/policy.ts';
import type { RunProgress } from '../../api/report.ts';
import type { ActiveRun, PolicyStatus } from '../../api/status.ts';
import { type Punctuality, punctuality } from '../schedule/punctuality.ts';
import { schedule } from '../schedule/schedule.ts';
import { credentialsSecret } from '../store-access.ts';
import type { Job } from '../workloads.ts';
import { activeJob, activeRunOf, newestPod } from './active-run.ts';
import { type Applied, judgeReady } from './checks.ts';
import { endedRuns, type Nights } from './ended-runs.ts';
import { freshUntil, isAboutSecret, judge, judgeFresh, judgeRuns } from './judge.ts';
import { keepersOf } from './pod-reason.ts';
import { type EndedRun, recordRuns } from './run-history.ts';

/** All that one look at a policy has found. */
export interface Observed extends Nights {
  /** What is wrong with the policy itself, if anything. */
  readonly fault: Judgement | undefined;
  readonly applied: Applied;
  readonly progressOf: (job: Job) => RunProgress | undefined;
  /** What the installed CRD does not know. */
  readonly crdGaps: readonly string[];
}

export interface StatusPlan {
  readonly status: PolicyStatus;
  readonly ended: readonly EndedRun[];
  /** When the status will change by the clock alone; undefined where it never does. */
  readonly wakeAt: number | undefined;
}

/** The status as a function of what was seen. It changes nothing and asks nobody. */
export function planStatus(observed: Observed): StatusPlan {
  const { policy, fault, applied, cronJob, now } = observed;
  const before = policy.status;
  const ended = endedRuns(observed);
  const {
    activeRun: _,
    conditions,
    nextScheduleTime: __,
    overdueScheduleTime: ___,
    ...kept
  } = recordRuns(before, ended, otherJobs(observed));
  const activeRun = goingOn(observed, kept);
  const spec = policy.spec.readable;
  const lastScheduleTime = cronJob?.status?.lastScheduleTime ?? before.lastScheduleTime;
  const isThere = fault ? cronJob !== undefined : applied.kind === 'stands' || applied.kind === 'contested';
  const times = spec && !fault && isThere && !spec.suspend ? timesOf(observed, spec) : undefined;
  const facts: PolicyStatus = {
    ...kept,
    observedGeneration: policy.metadata.generation ?? 0,
    consecutiveFailures: kept.consecutiveFailures ?? 0,
    ...(isThere ? { cronJobName: cronJob?.metadata.name ?? cronJobName('backup', policy.metadata.name) } : {}),
    ...instant('nextScheduleTime', times?.timetable.next),
    ...instant('overdueScheduleTime', times?.timetable.overdue),
    ...instant('missedScheduleTime', times?.timetable.missed ?? instantOf(before.missedScheduleTime)),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(activeRun ? { activeRun } : {}),
  };
  return {
    status: { ...facts, conditions: conditionsOf(observed, facts, spec, conditions ?? []) },
    ended,
    wakeAt: earliest([times?.wakeAt, freshUntil(policy.spec.freshness.staleAfterSeconds, facts.lastSuccessTime)], now),
  };
}

/** Jobs that have a run of their own in what is there, or in what a newer release has counted. */
const otherJobs = ({ jobs, policy: { unread } }: Observed): ReadonlySet<string> =>
  new Set([...jobs.map(({ metadata }) => metadata.uid ?? ''), ...unread.history.map(({ jobUid }) => jobUid)]);

/** A promise holds only for the schedule that it was made of. */
function timesOf({ policy: { status, metadata }, cronJob, now }: Observed, spec: PolicySpec): Punctuality {
  const isSame = status.observedGeneration === metadata.generation;
  return punctuality({
    schedule: schedule(spec.schedule, spec.timeZone),
    before: {
      ...(isSame && { next: instantOf(status.nextScheduleTime), overdue: instantOf(status.overdueScheduleTime) }),
      missed: instantOf(status.missedScheduleTime),
    },
    started: instantOf(cronJob?.status?.lastScheduleTime),
    since: instantOf(cronJob?.metadata.creationTimestamp) ?? now.getTime(),
    startingDeadlineMs: spec.startingDeadlineSeconds * 1000,
    now: now.getTime(),
  });
}

const instantOf = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

const instant = <Name extends string>(name: Name, at: number | undefined): { readonly [name in Name]?: string } =>
  at === undefined ? {} : ({ [name]: wholeSecond(new Date(at)) } as { readonly [name in Name]?: string });

/** A run that has been told of goes on only in what else keeps its pod. */
function goingOn(
  { jobs, podsOf, spokenOf, progressOf, now }: Observed,
  { history = [] }: PolicyStatus,
): ActiveRun | undefined {
  const told = new Set(history.map(({ jobUid }) => jobUid));
  const job = activeJob(jobs, told);
  if (!job) return undefined;
  const pods = podsOf(job);
  const pod = newestPod(pods);
  if (told.has(job.metadata.uid ?? '') && (!pod || keepersOf(pod).length === 0)) return undefined;
  return activeRunOf(job, pods, { progress: progressOf(job), spoken: spokenOf(job), now });
}

function conditionsOf(
  { policy, fault, applied, crdGaps, now }: Observed,
  facts: PolicyStatus,
  spec: PolicySpec | undefined,
  before: readonly Condition[],
): Condition[] {
  const Ready = judgeReady({ fault, applied, missing: spec && missingSecret(spec, facts), crdGaps });
  const rest = spec
    ? judge(spec, facts, now)
    : { ...judgeRuns(facts), ...unreadable(before), Fresh: judgeFresh(policy.spec.freshness, facts, now) };
  return conditionsFrom({ Ready, ...rest }, before, policy.metadata.generation ?? 0, now);
}

/** A spec that is beyond reading leaves what was known, as far as time does not change it. */
function unreadable(before: readonly Condition[]): Pick<Judgements, 'RetentionEnforced' | 'CredentialsValid'> {
  const keep = (type: string): Judgement =>
    before.find((condition) => condition.type === type) ?? {
      status: 'Unknown',
      reason: 'InvalidSpec',
      message: 'the policy is not valid',
    };
  return { RetentionEnforced: keep('RetentionEnforced'), CredentialsValid: keep('CredentialsValid') };
}

function missingSecret(spec: PolicySpec, { activeRun }: PolicyStatus): string | undefined {
  const secret = credentialsSecret(spec);
  return secret !== undefined && activeRun?.waiting !== undefined && isAboutSecret(activeRun.waiting, secret)
    ? activeRun.waiting
    : undefined;
}

function earliest(instants: readonly (number | undefined)[], now: Date): number | undefined {
  const coming = instants.filter((at): at is number => at !== undefined && at > now.getTime());
  return coming.length > 0 ? Math.min(...coming) : undefined;
}
