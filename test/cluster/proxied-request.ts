import type { IncomingMessage } from 'node:http';

/** A request as a rule of the fault proxy sees it. */
export interface ProxiedRequest {
  /** Counts from 1. */
  readonly number: number;
  readonly method: string;
  /** As Kubernetes' audit log says it: list, watch, get, create, update, patch, apply, delete. */
  readonly verb: string;
  /** Path and query. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** `jobs`, `cronjobs`, `leases`, `events`, …; empty for /version, /readyz and discovery. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** `system:serviceaccount:<namespace>:<name>`, from the token; nobody has checked it here. */
  readonly user: string | undefined;
  readonly fieldManager: string | undefined;
  readonly at: Date;
}

export function readRequest(request: IncomingMessage, number: number): ProxiedRequest {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const { pathname, searchParams } = new URL(url, 'https://proxy');
  const place = placeOf(pathname);
  return {
    number,
    method,
    verb: verbOf(method, place.name, searchParams, request.headers['content-type'] ?? ''),
    url,
    path: pathname,
    query: searchParams,
    ...place,
    user: userOf(request.headers.authorization),
    fieldManager: searchParams.get('fieldManager') ?? undefined,
    at: new Date(),
  };
}

/** /api/v1/… or /apis/<group>/<version>/…, then namespaces/<namespace>/ where the kind has one, then what is meant. */
function placeOf(path: string): Pick<ProxiedRequest, 'resource' | 'namespace' | 'name' | 'subresource'> {
  const rest = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(.+)$/.exec(path)?.[1]?.split('/') ?? [];
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name, subresource] = inNamespace ? rest.slice(2) : rest;
  return { resource, namespace: inNamespace ? rest[1] : undefined, name, subresource };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams, contentType: string): string {
  const isWatch = ['1', 'true'].includes(query.get('watch') ?? '');
  switch (method) {
    case 'GET':
      return isWatch ? 'watch' : name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.includes('apply-patch') ? 'apply' : 'patch';
    default:
      return method.toLowerCase();
  }
}

function userOf(authorization: string | undefined): string | undefined {
  const payload = authorization?.match(/^Bearer [^.]+\.([^.]+)\./)?.[1];
  if (payload === undefined) return undefined;
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: string }).sub;
}
