import type { ControlPlane } from '../cluster/control-plane.ts';

/** Lets a namespace's service account `controller` do everything in that namespace: who may what is not the matter here. */
export async function allowAll(plane: ControlPlane, namespace: string): Promise<void> {
  await plane.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'controller' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace }],
  });
}
