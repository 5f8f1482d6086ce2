import { Agent as PlainAgent } from 'node:http';
import { Agent } from 'node:https';
import { isLoopback } from '../../host/loopback.ts';
import type { TlsMaterial } from './credentials.ts';

/** A watch holds its connection for minutes; a call gives it back. */
export type Use = 'call' | 'watch';

/** Calls to one server share its connections, as long as the certificates stay the same. */
export interface Pool {
  agentFor(tls: TlsMaterial, use: Use): PlainAgent;
  /** Ends every connection at once. */
  close(): void;
}

/** Eight workers, the Lease and four events at once. */
const MOST_CALLS = 16;

/**
 * `node:https` and not undici: it is in Node already (undici adds 25 MiB resident), and HTTP/1.1 with a connection for
 * each watch is what the API server is asked for either way. client-node's own calls would open a connection each:
 * 605 at once under load, one TLS handshake a call (2.0.1, measured).
 */
export function createPool(server: URL, proxyUrl: string | undefined): Pool {
  const retired = new Set<PlainAgent>();
  let current: { readonly key: string; readonly agents: Readonly<Record<Use, PlainAgent>> } | undefined;

  return {
    agentFor(tls, use) {
      const key = JSON.stringify(tls);
      if (current?.key === key) return current.agents[use];
      for (const agent of retired) if (Object.keys(agent.sockets).length === 0) retired.delete(agent);
      for (const agent of Object.values(current?.agents ?? {})) {
        retire(agent);
        retired.add(agent);
      }
      // Watches have connections without limit: four for each namespace that is served, and none may wait for another.
      const newOne = (maxSockets: number): PlainAgent => newAgent(server, tls, proxyUrl, maxSockets);
      current = { key, agents: { call: newOne(MOST_CALLS), watch: newOne(Number.POSITIVE_INFINITY) } };
      return current.agents[use];
    },
    close() {
      for (const agent of Object.values(current?.agents ?? {})) agent.destroy();
      for (const agent of retired) agent.destroy();
      retired.clear();
      current = undefined;
    },
  };
}

function newAgent(server: URL, tls: TlsMaterial, proxyUrl: string | undefined, maxSockets: number): PlainAgent {
  const options = {
    keepAlive: true,
    // Below the shortest idle time of the load balancers that clouds put before API servers (60 s), as in client-go.
    keepAliveInitialDelay: 30_000,
    // Free connections are closed before the server does it (90 s), so that none is used as it ends.
    timeout: 60_000,
    maxSockets,
    ...proxyOptions(server, proxyUrl),
  };
  return server.protocol === 'http:' ? new PlainAgent(options) : new Agent({ ...options, ...tls });
}

/** As Go's clients do it: the kubeconfig's proxy, else HTTPS_PROXY and NO_PROXY, but never for this machine itself. */
function proxyOptions(server: URL, proxyUrl: string | undefined): { proxyEnv?: NodeJS.ProcessEnv } {
  if (proxyUrl) return { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } };
  return isLoopback(server) ? {} : { proxyEnv: process.env };
}

/** Calls under way end in peace; no connection with the old certificates is used again. */
function retire(agent: PlainAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
