import { type PolicySpec, policySpecSchema } from '../../api/policy.ts';
import { checkPolicy, type PolicyFault } from '../../api/policy-faults.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { PolicyObject, StoredPolicy } from '../workloads.ts';
import { readStatus, type StatusReading } from './read-status.ts';

/**
 * A policy as the cache holds it, read once: whatever an older or newer release, CRD or hand has left in it is a fault
 * of this policy, and nobody who looks at it, or at all of them, has to expect anything else.
 */
export interface CachedPolicy extends KubeObject, StatusReading {
  readonly spec: SpecReading;
}

export interface SpecReading {
  /** In words for its author; none of a policy that this release takes. */
  readonly faults: readonly PolicyFault[];
  /**
   * With every default. Of a spec with faults it is what can be judged all the same: without the fields that this
   * release does not know, the schedule and the zone by default. Undefined where more than that is wrong.
   */
  readonly readable: PolicySpec | undefined;
  /** Each by itself, by default where it can't be read: a backup grows old whatever else is wrong with its policy. */
  readonly freshness: Freshness;
  /** As they are written, or ''. */
  readonly schedule: string;
  readonly timeZone: string;
}

export type Freshness = Pick<PolicySpec, 'suspend' | 'staleAfterSeconds'>;

/** Never throws. Of the object's metadata only what is used is kept: kubectl leaves a copy of the spec among the rest. */
export function cachedPolicy({ apiVersion, kind, metadata, spec, status }: StoredPolicy): CachedPolicy {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = metadata;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(generation === undefined ? {} : { generation }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: readSpec(spec),
    ...readStatus(status),
  };
}

/** What a CronJob is made of; only of a policy without faults. */
export function wholePolicy({ spec, status: _, unread: __, ...policy }: CachedPolicy): PolicyObject {
  if (spec.faults.length > 0 || !spec.readable) throw new Error(`${policy.metadata.name} can't be read`);
  return { ...policy, spec: spec.readable };
}

function readSpec(spec: unknown): SpecReading {
  const { data, faults = [] } = checkPolicy(policySpecSchema, spec, ['spec']);
  if (data) return { faults, readable: data, freshness: data, schedule: data.schedule, timeZone: data.timeZone };
  const fields = { ...(spec as Readonly<Record<string, unknown>> | null | undefined) };
  return {
    faults,
    readable: readableRest(spec),
    freshness: freshnessOf(fields),
    schedule: textOf(fields['schedule']),
    timeZone: textOf(fields['timeZone']),
  };
}

function freshnessOf({ suspend, staleAfterSeconds }: Readonly<Record<string, unknown>>): Freshness {
  const { shape } = policySpecSchema;
  return {
    suspend: shape.suspend.catch(false).parse(suspend),
    staleAfterSeconds: shape.staleAfterSeconds
      .catch(() => shape.staleAfterSeconds.parse(undefined))
      .parse(staleAfterSeconds),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function readableRest(spec: unknown): PolicySpec | undefined {
  const known = structuredClone(spec);
  const { error } = policySpecSchema.safeParse(known);
  for (const issue of error?.issues ?? []) if (issue.code === 'unrecognized_keys') drop(known, issue.path, issue.keys);
  drop(known, [], ['schedule', 'timeZone']);
  return policySpecSchema.safeParse(known).data;
}

/** Takes fields out of what stands at a path. */
function drop(from: unknown, path: readonly PropertyKey[], fields: readonly string[]): void {
  const at = path.reduce<unknown>((part, step) => (isGroup(part) ? part[step] : undefined), from);
  if (isGroup(at)) for (const field of fields) delete at[field];
}

const isGroup = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null;
