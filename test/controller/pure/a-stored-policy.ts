import { ROLE_LABEL } from '../../../src/api/kubernetes-names.ts';
import { type PolicySpec, policySpecSchema } from '../../../src/api/policy.ts';
import type { PolicyStatus } from '../../../src/api/status.ts';
import { type CachedPolicy, cachedPolicy } from '../../../src/controller/policy/cached-policy.ts';
import type { CronJob, PolicyObject } from '../../../src/controller/workloads.ts';
import { aPolicy } from '../a-policy.ts';

interface Stored {
  readonly status?: PolicyStatus;
  readonly created?: string;
  readonly generation?: number;
  readonly name?: string;
}

/** A policy as the server has it: with every default, a uid and an age. */
export function aStoredPolicy(
  spec: object = {},
  stored: Stored = {},
): PolicyObject & { readonly status?: PolicyStatus } {
  const { status, created = '2026-11-01T00:00:00Z', generation = 1, name = 'nightly' } = stored;
  const given = aPolicy(name, spec);
  return {
    apiVersion: given.apiVersion,
    kind: given.kind,
    metadata: {
      name,
      namespace: 'cases',
      uid: 'uid-of-policy',
      resourceVersion: '100',
      generation,
      creationTimestamp: created,
    },
    spec: withDefaults(given.spec),
    ...(status ? { status } : {}),
  };
}

/** The same, as the cache holds it. */
export const aCachedPolicy = (spec: object = {}, stored: Stored = {}): CachedPolicy =>
  cachedPolicy(aStoredPolicy(spec, stored));

/** The server fills in defaults also where the schema would refuse the rest. */
function withDefaults(spec: object): PolicySpec {
  const parsed = policySpecSchema.safeParse(spec);
  if (parsed.success) return parsed.data;
  return { ...policySpecSchema.parse(aPolicy().spec), ...spec };
}

/** Both ends are folders on claims, so no credentials are needed. */
export const BETWEEN_FOLDERS = {
  source: { directory: { path: '/mnt/cases', claimName: 'cases' } },
  destination: { directory: { path: '/mnt/backups', claimName: 'backups' } },
};

/** The policy's CronJob, or another owner's of the same name. */
export function aCronJob(change: { readonly owner?: string; readonly lastScheduleTime?: string } = {}): CronJob {
  const { owner = 'uid-of-policy', lastScheduleTime } = change;
  return {
    metadata: {
      name: 'case-backup-nightly',
      namespace: 'cases',
      labels: { [ROLE_LABEL]: 'backup' },
      ownerReferences: [
        {
          apiVersion: 'casebackup.io/v1alpha1',
          kind: 'CaseBackupPolicy',
          name: 'nightly',
          uid: owner,
          controller: true,
        },
      ],
    },
    status: lastScheduleTime === undefined ? {} : { lastScheduleTime },
  };
}
