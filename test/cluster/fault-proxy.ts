import type { ControlPlane } from './control-plane.ts';
import type { Fault } from './faults.ts';
import type { ServiceAccountOptions } from './kubeconfigs.ts';
import { type ProxiedRequest, readRequest } from './proxied-request.ts';
import { listenTls } from './proxy-server.ts';
import { type Exchange, openUpstream } from './proxy-upstream.ts';

export type Match = (request: ProxiedRequest) => boolean;

export interface FaultRule {
  /** How many requests it has struck. */
  hits(): number;
  remove(): void;
}

/** Between a client and the API server: passes on what it is given, with its bearer token, and breaks what it is told. */
export interface FaultProxy {
  /** The same over unreachable() and reachable(). */
  readonly url: string;
  /** A kubeconfig that goes through the proxy. Certificates can't pass, so there is none for the administrator. */
  serviceAccount(namespace: string, name: string, options?: ServiceAccountOptions): Promise<string>;
  /** The oldest rule that matches strikes; `times` of them, without end unless told. */
  fault(match: Match, fault: Fault, options?: { readonly times?: number }): FaultRule;
  clearFaults(): void;
  /** Breaks the connections of running watches (all, or those that match); returns how many. */
  cutWatches(match?: Match): number;
  /** Refuses connections and breaks all there are. */
  unreachable(): Promise<void>;
  reachable(): Promise<void>;
  /** All requests so far, oldest first, also those that a fault struck. */
  requests(match?: Match): ProxiedRequest[];
  /** create, update, patch, apply and delete: what a quiet controller must not do. */
  writes(match?: Match): ProxiedRequest[];
  /** `list jobs` → 3, `watch jobs` → 7, … */
  counts(): Record<string, number>;
  /** Forgets the requests so far. */
  forget(): void;
  /** Open TCP connections of clients. */
  connections(): number;
  /** How many there ever were. */
  connectionsSoFar(): number;
  /** Requests that are not answered to the end, watches among them. */
  open(match?: Match): ProxiedRequest[];
  close(): Promise<void>;
}

const WRITES = new Set(['create', 'update', 'patch', 'apply', 'delete']);
const all: Match = () => true;

export async function startFaultProxy(plane: ControlPlane): Promise<FaultProxy> {
  const upstream = openUpstream(plane);
  const running = new Map<ProxiedRequest, Exchange>();
  let rules: { match: Match; fault: Fault; left: number; hits: number }[] = [];
  let requests: ProxiedRequest[] = [];
  let count = 0;

  function strike(request: ProxiedRequest): Fault | undefined {
    const rule = rules.find(({ match, left }) => left > 0 && match(request));
    if (rule === undefined) return undefined;
    rule.left--;
    rule.hits++;
    return rule.fault;
  }
  const server = await listenTls(plane, (incoming, response) => {
    const request = readRequest(incoming, ++count);
    requests.push(request);
    const exchange = upstream.pass(incoming, response, strike(request));
    running.set(request, exchange);
    response.once('close', () => running.delete(request));
  });

  return {
    url: server.url,
    serviceAccount: (namespace, name, options = {}) =>
      plane.serviceAccount(namespace, name, { server: server.url, ...options }),
    fault(match, fault, { times = Number.POSITIVE_INFINITY } = {}) {
      const rule = { match, fault, left: times, hits: 0 };
      rules.push(rule);
      return {
        hits: () => rule.hits,
        remove() {
          rules = rules.filter((other) => other !== rule);
        },
      };
    },
    clearFaults() {
      rules = [];
    },
    cutWatches(match = all) {
      const watches = [...running].filter(([request]) => request.verb === 'watch' && match(request));
      for (const [, exchange] of watches) exchange.cut();
      return watches.length;
    },
    unreachable: () => server.pause(),
    reachable: () => server.resume(),
    requests: (match = all) => requests.filter(match),
    writes: (match = all) => requests.filter((request) => WRITES.has(request.verb) && match(request)),
    counts() {
      const counts: Record<string, number> = {};
      for (const { verb, resource, path } of requests) {
        const what = `${verb} ${resource || path}`;
        counts[what] = (counts[what] ?? 0) + 1;
      }
      return counts;
    },
    forget() {
      requests = [];
    },
    connections: () => server.connections(),
    connectionsSoFar: () => server.connectionsSoFar(),
    open: (match = all) => [...running.keys()].filter(match),
    async close() {
      await server.pause();
      upstream.close();
    },
  };
}
