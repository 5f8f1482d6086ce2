import { POLICY_LABEL, ROLE_LABEL } from '../../../src/api/kubernetes-names.ts';
import type { RunProgress, RunReport } from '../../../src/api/report.ts';
import { CONTAINER } from '../../../src/controller/pod-template.ts';
import type { ContainerState, Job, Pod, StatusCondition } from '../../../src/controller/workloads.ts';
import { aReport } from '../a-report.ts';

/** Jobs and pods as the API server shows them, of one night that began at 03:00 and ended at 03:14:09. */
export const BEGAN = '2026-11-25T03:00:00Z';
export const ENDED = '2026-11-25T03:14:09Z';
export const JOB = 'case-backup-nightly-29926260';

/** What the /run page of that night's pod says. */
export const PROGRESS: RunProgress = {
  runId: 'r',
  stage: 'Archiving',
  filesDone: 4,
  bytesDone: 400,
  startTime: BEGAN,
  stageStartTime: BEGAN,
  heartbeatTime: BEGAN,
};

export const uidOf = (job: string): string => `uid-of-${job}`;

export interface JobChange {
  readonly name?: string;
  readonly uid?: string;
  readonly created?: string;
  readonly ended?: string;
  /** Complete or Failed; without it the Job goes on. */
  readonly end?: 'Complete' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
  readonly isManual?: boolean;
}

export function aJob(change: JobChange = {}): Job {
  const { name = JOB, uid = uidOf(name), created = BEGAN, ended = ENDED, end, reason, message, isManual } = change;
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'case-backup-nightly', uid: 'c', controller: true };
  const condition: StatusCondition = {
    type: end ?? '',
    status: 'True',
    lastTransitionTime: ended,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
  return {
    metadata: {
      name,
      namespace: 'cases',
      uid,
      creationTimestamp: created,
      labels: { [POLICY_LABEL]: 'nightly', [ROLE_LABEL]: 'backup' },
      ownerReferences: [cronJob],
      ...(isManual ? { annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' } } : {}),
    },
    status: {
      startTime: created,
      ...(end === 'Complete' ? { completionTime: ended } : {}),
      conditions: end === undefined ? [] : [condition],
    },
  };
}

export const complete = (change: JobChange = {}): Job => aJob({ end: 'Complete', ...change });
export const failed = (change: JobChange = {}): Job =>
  aJob({ end: 'Failed', reason: 'BackoffLimitExceeded', ...change });

export interface PodChange {
  readonly name?: string;
  readonly created?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** The pod's own, such as Evicted. */
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly StatusCondition[];
  readonly state?: ContainerState;
}

export function aPod({ name = 'pod-1', created = BEGAN, state, ...status }: PodChange = {}): Pod {
  return {
    metadata: { name, namespace: 'cases', uid: `uid-of-${name}`, creationTimestamp: created },
    status: {
      ...status,
      containerStatuses: [
        { name: 'sidecar', state: { terminated: { exitCode: 0, message: 'not the one that counts' } } },
        ...(state ? [{ name: CONTAINER, state }] : []),
      ],
    },
  };
}

/** A pod whose container has ended with this code and termination message. */
export function ended(
  exitCode: number,
  message?: string,
  change: PodChange & { readonly why?: string; readonly finished?: string } = {},
): Pod {
  const { why = exitCode === 0 ? 'Completed' : 'Error', finished = ENDED, ...pod } = change;
  const terminated = { exitCode, reason: why, finishedAt: finished, ...(message === undefined ? {} : { message }) };
  return aPod({ phase: exitCode === 0 ? 'Succeeded' : 'Failed', state: { terminated }, ...pod });
}

/** What the run of a Job left as its termination message. */
export const left = (change: Partial<RunReport> = {}, job = JOB): string =>
  JSON.stringify(aReport(uidOf(job), change, new Date(ENDED)));

export const whichFailed = (exitCode: number, change: Partial<RunReport> = {}): string =>
  left({ result: 'Failed', reason: 'Refused', message: 'it did not go', exitCode, ...without(), ...change });

/** A run that failed names neither a backup nor a verification. */
function without(): Partial<RunReport> {
  return { backup: undefined, verification: undefined };
}
