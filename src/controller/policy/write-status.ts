import { FIELD_MANAGER } from '../../api/kubernetes-names.ts';
import type { PolicyStatus } from '../../api/status.ts';
import type { KubeClient } from '../../kube/client.ts';
import { apiVersionOf } from '../../kube/objects.ts';
import { POLICIES } from '../../kube/resources.ts';
import { isRefused } from '../refused.ts';
import type { ServedCrd } from '../served-crd.ts';
import type { StoredPolicy } from '../workloads.ts';
import { type CachedPolicy, cachedPolicy } from './cached-policy.ts';

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
    if (isRefused(error)) crd.doubt();
    throw error;
  }
}
