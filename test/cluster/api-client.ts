import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';

/** A call that the API server answered with an error; `reason` is the Status object's (NotFound, Conflict, …). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Any object of the API. Tests know what they look for; `get<T>` names its shape where it matters. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  };
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export type PatchType = 'merge-patch+json' | 'strategic-merge-patch+json' | 'json-patch+json' | 'apply-patch+yaml';

/**
 * The tests' own way to the API server, as its administrator. Paths are whole, `/apis/batch/v1/namespaces/x/jobs`, so
 * that a test shows what it calls; none of the client under test is in it.
 */
export interface ApiClient {
  /** Throws an ApiError on every status but 2xx. */
  get<T = ApiObject>(path: string): Promise<T>;
  /** Undefined on 404. */
  find<T = ApiObject>(path: string): Promise<T | undefined>;
  list<T = ApiObject>(path: string): Promise<T[]>;
  create<T = ApiObject>(path: string, object: object): Promise<T>;
  replace<T = ApiObject>(path: string, object: object): Promise<T>;
  patch<T = ApiObject>(path: string, change: object, type?: PatchType): Promise<T>;
  /** `options` is a DeleteOptions; what is gone already is fine. */
  remove(path: string, options?: object): Promise<void>;
  /** Resolves when the server ends the watch or `signal` aborts it. */
  watch<T = ApiObject>(path: string, on: (event: WatchEvent<T>) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** `certificates` is the folder that `kubernetes certs` filled. */
export function connectAsAdmin(url: string, certificates: string): ApiClient {
  const pem = (file: string): string => readFileSync(join(certificates, file), 'utf8');
  const dispatcher = new Agent({
    connect: { ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') },
    connections: 20,
    // Watches are silent for minutes; every other call has its own deadline.
    bodyTimeout: 0,
  });

  async function call<T>(method: string, path: string, body?: object, type = 'json'): Promise<T> {
    const response = await request(url + path, {
      method,
      dispatcher,
      signal: AbortSignal.timeout(30_000),
      headers: { 'content-type': `application/${type}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw errorOf(method, path, response.statusCode, text);
    return (text.startsWith('{') ? JSON.parse(text) : text) as T;
  }

  return {
    get: (path) => call('GET', path),
    find: (path) => orMissing(call('GET', path)),
    list: async <T>(path: string) => (await call<{ items: T[] }>('GET', path)).items,
    create: (path, object) => call('POST', path, object),
    replace: (path, object) => call('PUT', path, object),
    patch: (path, change, type = 'merge-patch+json') => call('PATCH', path, change, type),
    async remove(path, options) {
      await orMissing(call('DELETE', path, options));
    },
    async watch<T>(path: string, on: (event: WatchEvent<T>) => void, signal: AbortSignal) {
      const query = `${path.includes('?') ? '&' : '?'}watch=1&allowWatchBookmarks=true`;
      try {
        const { statusCode, body } = await request(url + path + query, { dispatcher, signal });
        if (statusCode >= 300) throw errorOf('WATCH', path, statusCode, await body.text());
        for await (const line of linesOf(body)) on(JSON.parse(line) as WatchEvent<T>);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Not readline: it does not pass on an error of the stream beneath. */
async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function errorOf(method: string, path: string, status: number, text: string): ApiError {
  const said = text.startsWith('{') ? (JSON.parse(text) as { reason?: string; message?: string }) : { message: text };
  return new ApiError(status, said.reason ?? '', `${method} ${path}: ${status} ${said.message ?? ''}`);
}

async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
