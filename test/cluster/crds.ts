import type { ApiClient } from './api-client.ts';
import { until } from './until.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly group: string; readonly versions: readonly { readonly name: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Makes the definitions, or changes what is there to them, and waits until the server serves them. */
export async function applyCrds(api: ApiClient, crds: readonly object[]): Promise<void> {
  for (const object of crds) {
    const { name } = (object as Crd).metadata;
    await api.patch(`${CRDS}/${name}?fieldManager=test&force=true`, object, 'apply-patch+yaml');
    await until(`${name} to be served`, async () => {
      const { spec, status } = await api.get<Crd>(`${CRDS}/${name}`);
      const established = status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
      // A condition that is set a moment before discovery knows the kind.
      return established && (await api.find(`/apis/${spec.group}/${spec.versions[0]?.name}`));
    });
  }
}
