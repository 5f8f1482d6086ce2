import type { KubeObject, Resource } from './objects.ts';

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

export interface KeepOptions<T, Raw = T> {
  /** What is kept of an item; it is called before the next item is parsed, which is what saves memory. */
  readonly keep?: ((item: Raw) => T) | undefined;
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

/** The part of OpenAPI v3 in which the server describes its objects, as far as anybody here reads it. */
export interface OpenApiSchema {
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** The API server. Every call but `watch` ends within the deadline; all throw KubeError. */
export interface KubeClient {
  list<T extends KubeObject, Raw = T>(
    resource: Resource,
    options: ListOptions & KeepOptions<T, Raw>,
  ): Promise<ListPage<T>>;
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
  /** Calls `on` for each line; resolves when the server ends the watch, rejects on an error and on abort. */
  watch<T extends KubeObject>(
    resource: Resource,
    options: WatchOptions,
    on: (event: WatchEvent<T>) => void,
  ): Promise<void>;
  /**
   * The schema by which the server takes a resource's objects, from /openapi/v3, which every authenticated client may
   * read (system:discovery). It follows a change of a CRD within seconds. Undefined where the server describes none.
   */
  schemaOf(resource: Resource, signal?: AbortSignal): Promise<OpenApiSchema | undefined>;
  /** The namespace of the kubeconfig's context, or that of the pod. */
  readonly namespace: string | undefined;
  close(): Promise<void>;
}
