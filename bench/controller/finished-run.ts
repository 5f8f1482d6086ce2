import { randomUUID } from 'node:crypto';
import { fitReport } from '../../src/api/fit-report.ts';
import type { ApiClient } from '../../test/cluster/api-client.ts';
import type { Pod } from '../../test/cluster/pod.ts';
import { exits, OWN_SLOT } from '../../test/cluster/pod-acts.ts';
import { aReport } from '../../test/controller/a-report.ts';
import type { StoredObject } from './etcd-writer.ts';

/** What a night leaves in the cluster: a Job and its pod, as kube-controller-manager and a kubelet 1.36 write them. */
export interface FinishedRun {
  readonly job: Made;
  readonly pod: Pod & StoredObject;
}

interface Made extends StoredObject {
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
}

/** The CronJob, as far as its Jobs are made of it. */
export interface JobMaker {
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string };
  readonly spec: { readonly jobTemplate: { readonly metadata: object; readonly spec: object } };
}

const RUN_MS = 12 * 60_000;
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export const wholeSecond = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '');

/** Through the API server, which adds its defaults and who owns which field; `at` is the scheduled minute. */
export async function makeRun(api: ApiClient, policy: string, cronJob: JobMaker, at: number): Promise<FinishedRun> {
  const { namespace } = cronJob.metadata;
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const made = await api.create<Made>(jobs, jobOfNight(cronJob, at));
  const job = await api.patch<Made>(`${jobs}/${made.metadata.name}/status`, { status: completeStatus(at) });
  const pending = await api.create<Pod>(pods, podOf(made));
  const status = endedPodStatus(pending, policy, at, new Date());
  const pod = await api.patch<Pod>(`${pods}/${pending.metadata.name}/status`, { status });
  return { job, pod };
}

/** The same run in another night. */
export function copyRun({ job, pod }: FinishedRun, policy: string, at: number): FinishedRun {
  const name = `${job.metadata.name.replace(/\d+$/, '')}${minuteOf(at)}`;
  const renamed = <T>(object: T, uid: string): T =>
    JSON.parse(JSON.stringify(object).replaceAll(job.metadata.name, name).replaceAll(job.metadata.uid, uid)) as T;
  const uid = randomUUID();
  const jobCopy = renamed(job, uid);
  const podCopy = renamed(pod, uid);
  const creationTimestamp = wholeSecond(at);
  return {
    job: {
      ...jobCopy,
      metadata: { ...jobCopy.metadata, creationTimestamp, annotations: { [SCHEDULED_AT]: creationTimestamp } },
      status: completeStatus(at),
    } as Made,
    pod: {
      ...podCopy,
      metadata: { ...podCopy.metadata, creationTimestamp, uid: randomUUID() },
      status: endedPodStatus(podCopy, policy, at, new Date(at)),
    } as FinishedRun['pod'],
  };
}

const minuteOf = (at: number): number => Math.floor(at / 60_000);

/** getJobFromTemplate2 in pkg/controller/cronjob/utils.go. */
function jobOfNight({ metadata, spec }: JobMaker, at: number): object {
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid };
  return {
    metadata: {
      ...spec.jobTemplate.metadata,
      name: `${metadata.name}-${minuteOf(at)}`,
      annotations: { [SCHEDULED_AT]: wholeSecond(at) },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: spec.jobTemplate.spec,
  };
}

/** enactJobFinished in pkg/controller/job/job_controller.go. */
function completeStatus(at: number): object {
  const end = wholeSecond(at + RUN_MS);
  const condition = (type: string): object => ({
    type,
    status: 'True',
    lastProbeTime: end,
    lastTransitionTime: end,
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  });
  return {
    conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
    startTime: wholeSecond(at),
    completionTime: end,
    succeeded: 1,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  };
}

function podOf({ metadata, spec }: Made): object {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: metadata.name, uid: metadata.uid };
  return {
    metadata: {
      ...spec.template.metadata,
      name: `${metadata.name}-x7k2p`,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...spec.template.spec, nodeName: 'node' },
  };
}

/** It left the report of a verified backup, which began once its Job was made. */
function endedPodStatus(pod: Pod, policy: string, at: number, made: Date): Pod['status'] {
  const end = at + RUN_MS;
  const report = fitReport(aReport(OWN_SLOT, { policy, startTime: made.toISOString() }, new Date(end)));
  return { ...exits(0, report).status(pod, wholeSecond(end)), startTime: wholeSecond(at) };
}
