import { FIELD_MANAGER } from '../../api/kubernetes-names.ts';
import type { PolicyStatus } from '../../api/status.ts';
import type { KubeClient } from '../../kube/client.ts';
import { hasReason } from '../../kube/kube-error.ts';
import { apiVersionOf } from '../../kube/objects.ts';
import { POLICIES } from '../../kube/resources.ts';
import type { ServedCrd } from '../served-crd.ts';
import type { StoredPolicy } from '../workloads.ts';
import { type CachedPolicy, cachedPolicy } from './cached-policy.ts';

/** What the server says to a word or field that its CRD lacks; a missing field is a 500 (Kubernetes 1.36). */
const REFUSALS = ['Invalid', 'BadRequest', 'InternalError'] as const;

/**
 * The policy as it is after the write. The version that was looked at goes along: a status made from an old copy would
 * count a run twice, so it must not land.
 */
export async function writeStatus(
  { client, crd }: { readonly client: KubeClient; readonly crd: ServedCrd },
  { metadata }: CachedPolicy,
  status: PolicyStatus,
  signal: AbortSignal,
): Promise<CachedPolicy> {
  const { name, namespace, uid, resourceVersion } = metadata;
  const object = {
    apiVersion: apiVersionOf(POLICIES),
    kind: POLICIES.kind,
    metadata: { name, namespace: namespace ?? '', uid: uid ?? '', resourceVersion: resourceVersion ?? '' },
    status,
  };
  const options = { fieldManager: FIELD_MANAGER, force: true, subresource: 'status', signal } as const;
  try {
    return cachedPolicy(await client.apply<StoredPolicy>(POLICIES, object, options));
  } catch (error) {
    if (hasReason(error, ...REFUSALS)) crd.doubt();
    throw error;
  }
}
