import { MANUAL_ANNOTATION, POLICY_LABEL, ROLE_LABEL } from '../api/kubernetes-names.ts';
import type { PolicySpec } from '../api/policy.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../kube/objects.ts';

/** The objects that the controller reads, as far as it reads them. Times are RFC 3339 with whole seconds. */

/** A policy as the API server has it; an older or a newer CRD may have let anything into its spec and status. */
export interface StoredPolicy extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** A policy that is accepted, with every default: what a CronJob and its pods are made of. */
export interface PolicyObject extends KubeObject {
  readonly spec: PolicySpec;
}

export interface CronJob extends KubeObject {
  /** Whether fields of it are ours (managedFields), as the cache found it. */
  readonly isOfOurHand?: boolean;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string };
}

export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface Job extends KubeObject {
  readonly status?: JobStatus;
}

interface JobStatus {
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly conditions?: readonly StatusCondition[];
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly finishedAt?: string;
  };
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly conditions?: readonly StatusCondition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly state?: ContainerState;
}

/** On the pods of a Job, by kube-controller-manager. */
export const JOB_NAME_LABEL = 'batch.kubernetes.io/job-name';
export const JOB_UID_LABEL = 'batch.kubernetes.io/controller-uid';

/**
 * Of a Job what the verdict on it and its place in the history are made of: 20,000 of them whole are 165 MB of JSON,
 * each with a copy of the policy in its pod template.
 */
export function slimJob({ metadata, status }: Job): Job {
  const manual = metadata.annotations?.[MANUAL_ANNOTATION];
  return {
    metadata: {
      ...identityOf(metadata, POLICY_LABEL, ROLE_LABEL),
      ...(manual === undefined ? {} : { annotations: { [MANUAL_ANNOTATION]: manual } }),
      ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences }),
    },
    ...(status && { status: slimJobStatus(status) }),
  };
}

function slimJobStatus({ startTime, completionTime, conditions }: JobStatus): JobStatus {
  const kept = (conditions ?? []).filter(({ type }) => KEPT_CONDITIONS.has(type));
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(kept.length > 0 ? { conditions: kept } : {}),
  };
}

const KEPT_CONDITIONS: ReadonlySet<string> = new Set(['Complete', 'Failed', 'Suspended']);

/** Of a pod that goes on why it waits and where it can be reached; what an ended one has said is asked for anew. */
export const slimPod = ({ metadata, spec, status }: Pod): Pod => ({
  metadata: {
    ...identityOf(metadata, POLICY_LABEL, ROLE_LABEL, JOB_NAME_LABEL),
    ...(metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: metadata.deletionTimestamp }),
  },
  ...(spec?.nodeName === undefined ? {} : { spec: { nodeName: spec.nodeName } }),
  ...(status && { status }),
});

function identityOf(metadata: ObjectMeta, ...kept: readonly string[]): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(labels && { labels: Object.fromEntries(Object.entries(labels).filter(([label]) => kept.includes(label))) }),
  };
}

/** Who made an object and answers for it; of its owners only one can. */
export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find((owner) => owner.controller === true);

export const conditionOf = (object: Job | Pod, type: string): StatusCondition | undefined =>
  object.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
