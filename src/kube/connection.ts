import { hasReason } from './kube-error.ts';
import { findAccess } from './kubeconfig.ts';
import type { ClientMetrics } from './metrics.ts';
import { apiVersionOf, type KubeObject, keyOf, type Resource } from './objects.ts';
import { listQuery, pathOf, query, watchQuery } from './paths.ts';
import { parseAnswer, readList } from './read-answer.ts';
import { type Call, createTransport, type Transport, textOf } from './transport.ts';
import { readWatch } from './watch-lines.ts';

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Items of one page. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KeepOptions<T> {
  /** What is kept of an item; it is called before the next item is parsed, which is what saves memory. */
  readonly keep?: ((item: T) => T) | undefined;
}

export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  /** The next page's token; absent on the last one. */
  readonly continue?: string;
}

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** One line of a watch. The object of BOOKMARK has only a resourceVersion. An ERROR line rejects the watch. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface WriteOptions {
  readonly fieldManager: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes over fields that another manager owns. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
}

export interface DeleteOptions {
  /** Deletes only this very object, not a successor of the same name. */
  readonly uid?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The API server. Every call but `watch` ends within the deadline; all throw KubeError. */
export interface KubeClient {
  list<T extends KubeObject>(resource: Resource, options: ListOptions & KeepOptions<T>): Promise<ListPage<T>>;
  /** Undefined when there is none. */
  get<T extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  create<T extends KubeObject>(resource: Resource, object: T, options: WriteOptions): Promise<T>;
  /** PUT; with a resourceVersion in the object it throws Conflict when somebody was faster. */
  replace<T extends KubeObject>(resource: Resource, object: T, options: WriteOptions): Promise<T>;
  /** Server-side apply with strict field validation; an apply that changes nothing writes nothing. */
  apply<T extends KubeObject>(resource: Resource, object: T | KubeObject, options: ApplyOptions): Promise<T>;
  /** An object that is not there counts as deleted. */
  delete(resource: Resource, namespace: string, name: string, options: DeleteOptions): Promise<void>;
  /** Calls `on` for each line; resolves when the server ends the watch, rejects on an error and on abort. */
  watch<T extends KubeObject>(
    resource: Resource,
    options: WatchOptions,
    on: (event: WatchEvent<T>) => void,
  ): Promise<void>;
  /** The namespace of the kubeconfig's context, or that of the pod. */
  readonly namespace: string | undefined;
  close(): Promise<void>;
}

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
    async list(resource, options) {
      const what = `list ${resource.plural}${options.namespace ? ` in ${options.namespace}` : ''}`;
      const path = pathOf(resource, options.namespace) + listQuery(options);
      return await transport.call({ what, method: 'GET', path, signal: options.signal }, (body) =>
        readList(what, body, options.keep),
      );
    },
    async get(resource, objectNamespace, name, signal) {
      const what = `get ${resource.plural} ${objectNamespace}/${name}`;
      try {
        return await read({ what, method: 'GET', path: pathOf(resource, objectNamespace, name), signal });
      } catch (error) {
        if (hasReason(error, 'NotFound')) return undefined;
        throw error;
      }
    },
    create(resource, object, { fieldManager, signal }) {
      const path = pathOf(resource, object.metadata.namespace) + query({ fieldManager, fieldValidation: 'Strict' });
      return read(write('create', 'POST', resource, object, path, JSON_TYPE, signal));
    },
    replace(resource, object, { fieldManager, signal }) {
      const { namespace: within, name } = object.metadata;
      const path = pathOf(resource, within, name) + query({ fieldManager, fieldValidation: 'Strict' });
      return read(write('replace', 'PUT', resource, object, path, JSON_TYPE, signal));
    },
    apply(resource, object, { fieldManager, force, subresource, signal }) {
      const { namespace: within, name } = object.metadata;
      const path =
        pathOf(resource, within, name, subresource) + query({ fieldManager, force, fieldValidation: 'Strict' });
      return read(write('apply', 'PATCH', resource, object, path, APPLY_TYPE, signal));
    },
    async delete(resource, objectNamespace, name, { uid, propagation, signal }) {
      const what = `delete ${resource.plural} ${objectNamespace}/${name}`;
      const json = JSON.stringify({ propagationPolicy: propagation, ...(uid ? { preconditions: { uid } } : {}) });
      const path = pathOf(resource, objectNamespace, name);
      try {
        await transport.call({ what, method: 'DELETE', path, body: { type: JSON_TYPE, json }, signal }, textOf);
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error;
      }
    },
    watch(resource, options, on) {
      const what = `watch ${resource.plural}${options.namespace ? ` in ${options.namespace}` : ''}`;
      const path = pathOf(resource, options.namespace) + watchQuery(options);
      return transport.stream({ what, method: 'GET', path, signal: options.signal }, (body) =>
        readWatch(what, body, on),
      );
    },
    async close() {
      transport.close();
    },
  };
}

const JSON_TYPE = 'application/json';
/** JSON is YAML; client-node's `patch…` calls would send `application/json-patch+json` unless told otherwise. */
const APPLY_TYPE = 'application/apply-patch+yaml';

function write(
  verb: string,
  method: Call['method'],
  resource: Resource,
  object: KubeObject,
  path: string,
  type: string,
  signal: AbortSignal | undefined,
): Call {
  const json = JSON.stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object });
  return { what: `${verb} ${resource.plural} ${keyOf(object)}`, method, path, body: { type, json }, signal };
}
