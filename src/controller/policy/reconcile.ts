import { isDeepStrictEqual } from 'node:util';
import { PODS } from '../../kube/resources.ts';
import type { Tools } from '../row.ts';
import type { Job, Pod } from '../workloads.ts';
import { activeJob } from './active-run.ts';
import type { CachedPolicy } from './cached-policy.ts';
import { type Applied, firstFault } from './checks.ts';
import { unrecordedJobs } from './ended-runs.ts';
import { eventsOf, eventsOfRuns } from './events.ts';
import type { OwnWrites } from './own-writes.ts';
import { withUnread } from './read-status.ts';
import type { RunPage } from './run-page.ts';
import type { CronJobKeeper } from './stand-cronjob.ts';
import { planStatus } from './status-plan.ts';
import { writeStatus } from './write-status.ts';

export interface Reconciler extends Tools {
  readonly cronJobs: CronJobKeeper;
  readonly runPage: RunPage;
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
  await crd.look();
  const plan = planStatus({
    policy,
    fault,
    applied,
    cronJob: caches.cronJob(policy, 'backup'),
    jobs,
    podsOf: await podsOf(reconciler, policy, jobs, signal),
    progress: await progressOf(reconciler, jobs, signal),
    crdGaps: crd.gaps(),
    now,
  });
  const status = crd.fit(withUnread(plan.status, policy.unread));
  if (!isDeepStrictEqual(status, withUnread(policy.status, policy.unread))) {
    ownWrites.wrote(await writeStatus(reconciler, policy, status, signal));
    for (const event of eventsOf(policy.status, plan.status)) reconciler.recorder.event(policy, event);
  }
  for (const event of eventsOfRuns(plan.status, plan.ended, now)) reconciler.recorder.event(policy, event);
  const active = activeJob(jobs);
  const waits = [
    plan.wakeAt === undefined ? undefined : plan.wakeAt - now.getTime() + 1000,
    active && reconciler.runPage.again(active),
    crd.again(),
  ].filter((ms) => ms !== undefined);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/**
 * Pods of Jobs that have ended are asked for, not taken from the cache: the Job's end may arrive before its pod's last
 * state, and a report that is merely late must not read as a report that is missing.
 */
async function podsOf(
  { client, caches }: Reconciler,
  policy: CachedPolicy,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<(job: Job) => readonly Pod[]> {
  const fresh = new Map<Job, readonly Pod[]>();
  for (const job of unrecordedJobs(policy, jobs)) {
    const labelSelector = `batch.kubernetes.io/controller-uid=${job.metadata.uid}`;
    const { items } = await client.list<Pod>(PODS, { namespace: job.metadata.namespace, labelSelector, signal });
    fresh.set(job, items);
  }
  return (job) => fresh.get(job) ?? caches.pods(job);
}

async function progressOf({ caches, runPage }: Reconciler, jobs: readonly Job[], signal: AbortSignal) {
  const job = activeJob(jobs);
  return job && (await runPage.read(job, caches.pods(job), signal));
}
