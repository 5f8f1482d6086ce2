import { microTime } from './micro-time.ts';
import type { KubeObject } from './objects.ts';

/** coordination.k8s.io/v1. Times are RFC 3339 with microseconds. */
export interface LeaseObject extends KubeObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A record, and when (clock.elapsed()) this process first saw it as it is. */
export interface Observation {
  readonly record: string;
  readonly seenAt: number;
}

export type Step = { readonly do: 'create' | 'take' | 'renew' } | ({ readonly do: 'wait' } & Held);

/** Who has the Lease, and when (clock.elapsed()) it has run out unless the holder renews it before. */
export interface Held {
  readonly holder: string;
  readonly runsOutAt: number;
}

/** What was seen now, given what was seen before: an unchanged record keeps its time. */
export function observe(lease: LeaseObject | undefined, before: Observation | undefined, elapsed: number): Observation {
  const record = JSON.stringify(lease?.spec ?? {});
  return before?.record === record ? before : { record, seenAt: elapsed };
}

/**
 * Another holder is judged by one thing: that this process has seen its record unchanged for as long as the record
 * itself says it lasts. The times in it are another machine's, and clocks need not agree (as in client-go).
 */
export function nextStep(
  lease: LeaseObject | undefined,
  observed: Observation,
  elapsed: number,
  identity: string,
): Step {
  if (!lease) return { do: 'create' };
  const holder = lease.spec?.holderIdentity ?? '';
  if (holder === identity) return { do: 'renew' };
  const runsOutAt = observed.seenAt + (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
  if (holder === '' || elapsed >= runsOutAt) return { do: 'take' };
  return { do: 'wait', holder, runsOutAt };
}

/** The record as its holder writes it: at every renewal, and with other times when it is taken over. */
export function heldRecord(
  before: LeaseSpec | undefined,
  holder: { readonly identity: string; readonly durationMs: number; readonly now: Date },
): LeaseSpec {
  const now = microTime(holder.now);
  const isOwn = before?.holderIdentity === holder.identity;
  return {
    ...before,
    holderIdentity: holder.identity,
    leaseDurationSeconds: Math.ceil(holder.durationMs / 1000),
    acquireTime: isOwn ? (before?.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: before ? (before.leaseTransitions ?? 0) + (isOwn ? 0 : 1) : 0,
  };
}

/** Free for anyone at once; a second and not none, which the API server refuses. */
export function releasedRecord(before: LeaseSpec, now: Date): LeaseSpec {
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}
