import { isDeepStrictEqual } from 'node:util';
import { FIELD_MANAGER } from '../../api/kubernetes-names.ts';
import type { PolicyStatus } from '../../api/status.ts';
import type { Clock } from '../../host/clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { apiVersionOf } from '../../kube/objects.ts';
import type { Recorder } from '../../kube/recorder.ts';
import { PODS, POLICIES } from '../../kube/resources.ts';
import type { Caches } from '../caches.ts';
import type { Job, Pod, PolicyObject } from '../workloads.ts';
import { activeJob } from './active-run.ts';
import { type Applied, firstFault } from './checks.ts';
import { unrecordedJobs } from './ended-runs.ts';
import { eventsOf, eventsOfRuns } from './events.ts';
import type { OwnWrites } from './own-writes.ts';
import type { RunPage } from './run-page.ts';
import type { CronJobKeeper } from './stand-cronjob.ts';
import { planStatus } from './status-plan.ts';

export interface Reconciler {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly cronJobs: CronJobKeeper;
  readonly runPage: RunPage;
  readonly ownWrites: OwnWrites;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/**
 * One look at one policy: gather, make the CronJob what it should be, plan the status, write it if it differs, tell the
 * events. Everything is decided from what stands now, so a look too many changes nothing and one that failed is simply
 * repeated. Returns in how many milliseconds to look again although nothing has happened.
 */
export async function reconcile(reconciler: Reconciler, key: string, signal: AbortSignal): Promise<number | undefined> {
  const { caches, clock, cronJobs, ownWrites } = reconciler;
  const cached = caches.policy(key);
  if (!cached || cached.metadata.deletionTimestamp !== undefined) {
    cronJobs.forget(key);
    ownWrites.forget(key);
    return undefined;
  }
  const policy = ownWrites.newest(cached);
  const now = clock.now();
  const cronJob = caches.cronJob(key);
  const fault = firstFault({ policy, cronJob, now });
  const applied: Applied = fault ? { kind: 'stands' } : await cronJobs.stand(policy, cronJob, signal);
  const jobs = caches.jobs(key);
  const plan = planStatus({
    policy,
    fault,
    applied,
    cronJob,
    jobs,
    podsOf: await podsOf(reconciler, policy, jobs, signal),
    progress: await progressOf(reconciler, jobs, signal),
    now,
  });
  if (!isDeepStrictEqual(plan.status, policy.status)) {
    ownWrites.wrote(await writeStatus(reconciler.client, policy, plan.status, signal));
    for (const event of eventsOf(policy.status ?? {}, plan.status)) reconciler.recorder.event(policy, event);
  }
  for (const event of eventsOfRuns(plan.status, plan.ended, now)) reconciler.recorder.event(policy, event);
  const untilPlanned = plan.wakeAt === undefined ? [] : [plan.wakeAt - now.getTime() + 1000];
  const active = activeJob(jobs);
  const waits = [...untilPlanned, ...(active ? [reconciler.runPage.again(active)] : [])];
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/**
 * Pods of Jobs that have ended are asked for, not taken from the cache: the Job's end may arrive before its pod's last
 * state, and a report that is merely late must not read as a report that is missing.
 */
async function podsOf(
  { client, caches }: Reconciler,
  policy: PolicyObject,
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

/** With the version that was looked at: a status made from an old copy would count a run twice, so it must not land. */
async function writeStatus(
  client: KubeClient,
  { metadata }: PolicyObject,
  status: PolicyStatus,
  signal: AbortSignal,
): Promise<PolicyObject> {
  const { name, namespace, uid, resourceVersion } = metadata;
  const object = {
    apiVersion: apiVersionOf(POLICIES),
    kind: POLICIES.kind,
    metadata: { name, namespace: namespace ?? '', uid: uid ?? '', resourceVersion: resourceVersion ?? '' },
    status,
  };
  return await client.apply<PolicyObject>(POLICIES, object, {
    fieldManager: FIELD_MANAGER,
    force: true,
    subresource: 'status',
    signal,
  });
}
