import type { PolicySpec } from '../api/policy.ts';
import type { PolicyStatus } from '../api/status.ts';
import type { KubeObject, ObjectMeta } from '../kube/objects.ts';

/** The objects that the controller reads, as far as it reads them. Times are RFC 3339 with whole seconds. */

/** As stored: a spec that passed the CRD's schema, which knows less than the job's validation does. */
export interface PolicyObject extends KubeObject {
  readonly spec: PolicySpec;
  readonly status?: PolicyStatus;
}

export interface CronJob extends KubeObject {
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
  readonly status?: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly StatusCondition[];
  };
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
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly conditions?: readonly StatusCondition[];
    readonly containerStatuses?: readonly { readonly name: string; readonly state?: ContainerState }[];
  };
}

/** What the caches keep: who wrote which field is half of a small object's bytes, and nothing here reads it. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as ObjectMeta };
}

/** A Job without its pod template, of which every one carries a copy of the policy. */
export const slimJob = ({ apiVersion, kind, metadata, status }: Job): Job => ({
  ...(apiVersion === undefined ? {} : { apiVersion }),
  ...(kind === undefined ? {} : { kind }),
  metadata: withoutManagedFields({ metadata }).metadata,
  ...(status === undefined ? {} : { status }),
});

/** A pod without its spec. */
export const slimPod = ({ apiVersion, kind, metadata, status }: Pod): Pod => ({
  ...(apiVersion === undefined ? {} : { apiVersion }),
  ...(kind === undefined ? {} : { kind }),
  metadata: withoutManagedFields({ metadata }).metadata,
  ...(status === undefined ? {} : { status }),
});

export const conditionOf = (object: Job | Pod, type: string): StatusCondition | undefined =>
  object.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
