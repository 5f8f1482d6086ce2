import type { KeepOptions, KubeClient, ListOptions } from '../client.ts';
import { hasReason } from '../kube-error.ts';
import { apiVersionOf, type KubeObject, keyOf, type Resource } from '../objects.ts';
import { findAccess } from './kubeconfig.ts';
import { listQuery, openApiPath, pathOf, query, watchQuery } from './paths.ts';
import { parseAnswer, readList, schemaIn } from './read-answer.ts';
import { type Call, type ClientMetrics, createTransport, type Transport, textOf } from './transport.ts';
import { readWatch } from './watch-lines.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig; without it the pod's service account, else KUBECONFIG, else ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  /** For a whole call, body included. */
  readonly deadlineMs?: number | undefined;
  readonly metrics?: ClientMetrics | undefined;
  readonly userAgent: string;
}

export function connect(options: ConnectOptions): KubeClient {
  const access = findAccess(options.kubeconfig);
  const transport = createTransport({ ...options, access, deadlineMs: options.deadlineMs ?? 15_000 });
  return clientOf(transport, access.namespace);
}

function clientOf(transport: Transport, namespace: string | undefined): KubeClient {
  const read = async <T>(call: Call): Promise<T> => parseAnswer<T>(call.what, await transport.call(call, textOf));
  return {
    namespace,
    async list<T extends KubeObject, Raw = T>(resource: Resource, options: ListOptions & KeepOptions<T, Raw>) {
      const what = `list ${resource.plural}${options.namespace ? ` in ${options.namespace}` : ''}`;
      const path = pathOf(resource, options.namespace) + listQuery(options);
      return await transport.call({ what, method: 'GET', path, signal: options.signal }, (body) =>
        readList(what, body, options.keep ?? ((item: Raw) => item as unknown as T)),
      );
    },
    get(resource, objectNamespace, name, signal) {
      const what = `get ${resource.plural} ${objectNamespace}/${name}`;
      return unlessMissing(read({ what, method: 'GET', path: pathOf(resource, objectNamespace, name), signal }));
    },
    create(resource, object, { fieldManager, signal }) {
      const path = pathOf(resource, object.metadata.namespace) + query({ fieldManager, fieldValidation: 'Strict' });
      return read(write({ verb: 'create', method: 'POST', type: JSON_TYPE, path, signal }, resource, object));
    },
    replace(resource, object, { fieldManager, signal }) {
      const { namespace: within, name } = object.metadata;
      const path = pathOf(resource, within, name) + query({ fieldManager, fieldValidation: 'Strict' });
      return read(write({ verb: 'replace', method: 'PUT', type: JSON_TYPE, path, signal }, resource, object));
    },
    apply(resource, object, { fieldManager, force, subresource, signal }) {
      const { namespace: within, name } = object.metadata;
      const path =
        pathOf(resource, within, name, subresource) + query({ fieldManager, force, fieldValidation: 'Strict' });
      return read(write({ verb: 'apply', method: 'PATCH', type: APPLY_TYPE, path, signal }, resource, object));
    },
    watch(resource, options, on) {
      const what = `watch ${resource.plural}${options.namespace ? ` in ${options.namespace}` : ''}`;
      const path = pathOf(resource, options.namespace) + watchQuery(options);
      return transport.stream({ what, method: 'GET', path, signal: options.signal }, (body) =>
        readWatch(what, body, on),
      );
    },
    async schemaOf(resource, signal) {
      const what = `read the schema of ${resource.plural}`;
      const document = await unlessMissing(read<object>({ what, method: 'GET', path: openApiPath(resource), signal }));
      return document && schemaIn(document, resource);
    },
    async close() {
      transport.close();
    },
  };
}

const JSON_TYPE = 'application/json';
/** JSON is YAML; client-node's `patch…` calls would send `application/json-patch+json` unless told otherwise. */
const APPLY_TYPE = 'application/apply-patch+yaml';

interface Write extends Omit<Call, 'what' | 'body'> {
  readonly verb: string;
  readonly type: string;
}

function write({ verb, type, ...call }: Write, resource: Resource, object: KubeObject): Call {
  const json = JSON.stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object });
  return { ...call, what: `${verb} ${resource.plural} ${keyOf(object)}`, body: { type, json } };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
