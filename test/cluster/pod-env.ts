import type { ApiClient } from './api-client.ts';
import type { Container, EnvFrom, EnvVar, KeyRef, Pod } from './pod.ts';
import { missingKey, neverStarts, type PodAct } from './pod-acts.ts';

type Values = Readonly<Record<string, string>>;
type Source = 'secrets' | 'configmaps';

/** A Secret, ConfigMap or key that the pod needs and that is not there; `act` is what a kubelet makes of it. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
  readonly act: PodAct;

  constructor(act: PodAct) {
    super(act.event?.message ?? act.name);
    this.act = act;
  }
}

/** A container's environment as its process sees it: envFrom, then env, with $(NAME) filled in. */
export async function resolveEnv(api: ApiClient, pod: Pod, container: Container): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    for (const [key, value] of Object.entries(await allOf(api, pod, source)))
      resolved[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await resolveValue(api, pod, variable);
    if (value !== undefined) resolved[variable.name] = expand(value, resolved);
  }
  return resolved;
}

/** $(NAME) of a variable that is set before; $$ is a dollar; an unknown name stays as it is (core/v1 EnvVar.value). */
export function expand(text: string, values: Values): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (values[name] ?? whole),
  );
}

async function resolveValue(api: ApiClient, pod: Pod, { name, value, valueFrom }: EnvVar): Promise<string | undefined> {
  if (valueFrom === undefined) return value ?? '';
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, fieldRef.fieldPath);
  if (secretKeyRef) return keyOf(api, pod, 'secrets', secretKeyRef);
  if (configMapKeyRef) return keyOf(api, pod, 'configmaps', configMapKeyRef);
  throw new Error(`the kubelet of the tests can't fill in ${name} from ${Object.keys(valueFrom).join()}`);
}

async function keyOf(api: ApiClient, pod: Pod, source: Source, ref: KeyRef): Promise<string | undefined> {
  const data = await dataOf(api, pod, source, ref.name, ref.optional);
  const value = data?.[ref.key];
  if (value === undefined && data !== undefined && !ref.optional)
    throw new NotThere(missingKey(ref.key, ref.name, pod.metadata.namespace));
  return value;
}

async function allOf(api: ApiClient, pod: Pod, { secretRef, configMapRef }: EnvFrom): Promise<Values> {
  const [source, ref] = secretRef ? (['secrets', secretRef] as const) : (['configmaps', configMapRef] as const);
  return (ref && (await dataOf(api, pod, source, ref.name, ref.optional))) ?? {};
}

async function dataOf(
  api: ApiClient,
  pod: Pod,
  source: Source,
  name: string,
  optional = false,
): Promise<Values | undefined> {
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/${source}/${name}`;
  const found = await api.find<{ data?: Values }>(path);
  if (found === undefined) {
    if (optional) return undefined;
    throw new NotThere(neverStarts(`${source === 'secrets' ? 'secret' : 'configmap'} "${name}" not found`));
  }
  if (source === 'configmaps') return found.data ?? {};
  const decoded = Object.entries(found.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
  return Object.fromEntries(decoded);
}

function fieldOf(pod: Pod, path: string): string {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if ((map === 'labels' || map === 'annotations') && key !== undefined) return pod.metadata[map]?.[key] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace;
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.hostIP':
      return '127.0.0.1';
    default:
      throw new Error(`the kubelet of the tests has no field ${path}`);
  }
}
