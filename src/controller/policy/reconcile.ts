import { isDeepStrictEqual } from 'node:util';
import type { RunProgress } from '../../api/report.ts';
import { JOBS, PODS } from '../../kube/resources.ts';
import type { Tools } from '../row.ts';
import type { Job, Pod } from '../workloads.ts';
import { isFinished, newestPod } from './active-run.ts';
import type { CachedPolicy } from './cached-policy.ts';
import { type Applied, firstFault } from './checks.ts';
import { goneJob, unfinishedJobs, unrecordedJobs, unseenJob } from './ended-runs.ts';
import { eventsOf, eventsOfRuns } from './events.ts';
import type { OwnWrites } from './own-writes.ts';
import { withUnread } from './read-status.ts';
import type { RunPage } from './run-page.ts';
import type { Spoken } from './spoken.ts';
import type { CronJobKeeper } from './stand-cronjob.ts';
import { planStatus } from './status-plan.ts';
import { isMute } from './waits.ts';
import { writeStatus } from './write-status.ts';

export interface Reconciler extends Tools {
  readonly cronJobs: CronJobKeeper;
  readonly runPage: RunPage;
  readonly spoken: Spoken;
  readonly ownWrites: OwnWrites;
}

/**
 * One look at one policy: gather, make the CronJob what it should be, plan the status, write it if it differs, tell the
 * events. Everything is decided from what stands now, so a look too many changes nothing and one that failed is simply
 * repeated. Returns in how many milliseconds to look again although nothing has happened.
 */
export async function reconcile(reconciler: Reconciler, key: string, signal: AbortSignal): Promise<number | undefined> {
  const { caches, clock, crd, cronJobs, ownWrites } = reconciler;
  const cached = caches.policy(key);
  if (!cached || cached.metadata.deletionTimestamp !== undefined) {
    cronJobs.forget(key);
    ownWrites.forget(key);
    return undefined;
  }
  const policy = ownWrites.newest(cached);
  const now = clock.now();
  const standing = caches.cronJobAtName(policy, 'backup');
  const fault = firstFault({ policy, standing, now });
  const applied: Applied = fault ? { kind: 'stands' } : await cronJobs.stand(policy, standing, signal);
  const jobs = caches.jobs(key, 'backup');
  const podsOf = await askPods(reconciler, policy, jobs, signal);
  await crd.look();
  const cronJob = caches.cronJob(policy, 'backup');
  const plan = planStatus({
    policy,
    fault,
    applied,
    cronJob,
    jobs,
    podsOf,
    spokenOf: await askEvents(reconciler, untold(policy, jobs), podsOf, signal),
    vanished: await vanishedJob(reconciler, policy, unseenJob(policy, jobs, cronJob)?.name, signal),
    progressOf: await askRuns(reconciler, jobs, signal),
    crdGaps: crd.gaps(),
    now,
  });
  const status = crd.fit(withUnread(plan.status, policy.unread));
  if (!isDeepStrictEqual(status, withUnread(policy.status, policy.unread))) {
    ownWrites.wrote(await writeStatus(reconciler, policy, status, signal));
    for (const event of eventsOf(policy.status, plan.status)) reconciler.recorder.event(policy, event);
  }
  for (const event of eventsOfRuns(policy.status, plan.status, now)) reconciler.recorder.event(policy, event);
  const active = jobs.find(({ metadata }) => metadata.uid === plan.status.activeRun?.jobUid);
  const waits = [
    plan.wakeAt === undefined ? undefined : plan.wakeAt - now.getTime() + 1000,
    active && reconciler.runPage.again(active),
    active && reconciler.spoken.again(active, newestPod(podsOf(active))),
    crd.again(),
    cronJobs.again(key),
  ].filter((ms) => ms !== undefined);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/**
 * Pods of Jobs that have ended are asked for, not taken from the cache: the Job's end may arrive before its pod's last
 * state, and a report that is merely late must not read as a report that is missing. So are those of a run
 * that goes on without any: a pod leaves the cache when it ends, and its Job may be removed within the same second.
 */
async function askPods(
  { client, caches }: Reconciler,
  policy: CachedPolicy,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<(job: Job) => readonly Pod[]> {
  const fresh = new Map<string | undefined, readonly Pod[]>();
  const gone = goneJob(policy, jobs);
  const podless = unfinishedJobs(policy, jobs).filter(
    (job) => job.metadata.uid === policy.status.activeRun?.jobUid && caches.pods(job).length === 0,
  );
  for (const job of [...unrecordedJobs(policy, jobs), ...podless, ...(gone ? [gone] : [])]) {
    const labelSelector = `batch.kubernetes.io/controller-uid=${job.metadata.uid}`;
    const { items } = await client.list<Pod>(PODS, { namespace: job.metadata.namespace, labelSelector, signal });
    fresh.set(job.metadata.uid, items);
  }
  return (job) => fresh.get(job.metadata.uid) ?? caches.pods(job);
}

const untold = (policy: CachedPolicy, jobs: readonly Job[]): readonly Job[] => [
  ...unrecordedJobs(policy, jobs),
  ...unfinishedJobs(policy, jobs),
];

/** Only of runs about which their Job and pods say nothing. */
async function askEvents(
  { spoken }: Reconciler,
  jobs: readonly Job[],
  podsOf: (job: Job) => readonly Pod[],
  signal: AbortSignal,
): Promise<(job: Job) => string | undefined> {
  const texts = new Map<string | undefined, string | undefined>();
  for (const job of jobs) {
    const pod = newestPod(podsOf(job));
    if (isMute(job, pod)) texts.set(job.metadata.uid, await spoken.about(job, pod, signal));
  }
  return (job) => texts.get(job.metadata.uid);
}

/** The name of a Job that is nowhere to be seen, if the server does not have it either. */
async function vanishedJob(
  { client }: Reconciler,
  { metadata }: CachedPolicy,
  name: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const fieldSelector = `metadata.name=${name}`;
  const { items } = await client.list<Job>(JOBS, { namespace: metadata.namespace, fieldSelector, signal });
  return items.length === 0 ? name : undefined;
}

/** Each run that goes on, since only the whole plan knows which of them the status shows. */
async function askRuns(
  { caches, runPage }: Reconciler,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<(job: Job) => RunProgress | undefined> {
  const pages = new Map<string | undefined, RunProgress | undefined>();
  const ask = async (job: Job): Promise<void> => {
    pages.set(job.metadata.uid, await runPage.read(job, caches.pods(job), signal));
  };
  await Promise.all(jobs.filter((job) => !isFinished(job)).map(ask));
  return (job) => pages.get(job.metadata.uid);
}
