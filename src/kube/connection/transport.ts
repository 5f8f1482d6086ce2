import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { errorCode } from '../../host/errors.ts';
import { untilAborted } from '../../host/until-aborted.ts';
import { answerError, failedCall } from './call-errors.ts';
import { type CredentialSource, credentialSource } from './credentials.ts';
import { startDeadline } from './deadline.ts';
import type { Access } from './kubeconfig.ts';
import { createPool, type Pool, type Use } from './pool.ts';

export interface Call {
  /** What is being done, for error messages: `get jobs office/x`. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly json: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Transport {
  /** What `read` makes of a successful answer; KubeError for any other, and when the deadline passes meanwhile. */
  call<T>(call: Call, read: (body: IncomingMessage) => Promise<T>): Promise<T>;
  /** Hands over the body as it comes; the deadline is for the beginning of the answer only. */
  stream(call: Call, read: (body: IncomingMessage) => Promise<void>): Promise<void>;
  close(): void;
}

export interface ClientMetrics {
  /** `code` is the HTTP status, or `<error>` when there was none. */
  requested(call: {
    readonly method: string;
    readonly host: string;
    readonly code: string;
    readonly seconds: number;
  }): void;
}

export interface TransportOptions {
  readonly access: Access;
  readonly deadlineMs: number;
  readonly userAgent: string;
  readonly metrics?: ClientMetrics | undefined;
}

export function createTransport(options: TransportOptions): Transport {
  const server = new URL(options.access.cluster.server);
  const credentials = credentialSource(options.access);
  const pool = createPool(server, options.access.cluster.proxyUrl);

  /** One attempt, up to the end of `read`; `answered` is called when the server has begun to answer. */
  async function attempt<T>({ call, use, signal, read, answered }: Attempt<T>): Promise<T> {
    const start = performance.now();
    let code = '<error>';
    let headersAt: number | undefined;
    try {
      const sender = { server, pool, credentials, userAgent: options.userAgent };
      const outgoing = await open(sender, { call, use, signal });
      const response = await responseOf(outgoing, call.body?.json);
      code = String(response.statusCode);
      headersAt = performance.now();
      answered();
      if (response.statusCode === 401) credentials.refused();
      if ((response.statusCode ?? 0) >= 300) throw answerError(call.what, response, await textOf(response));
      return await read(response);
    } finally {
      const seconds = ((headersAt ?? performance.now()) - start) / 1000;
      options.metrics?.requested({ method: call.method, host: server.host, code, seconds });
    }
  }

  async function run<T>(call: Call, use: Use, read: (body: IncomingMessage) => Promise<T>): Promise<T> {
    const deadline = startDeadline(options.deadlineMs, call.signal);
    const answered = (): void => {
      if (use === 'watch') deadline.lift();
    };
    try {
      return await retryStale(call, () =>
        untilAborted(attempt({ call, use, signal: deadline.signal, read, answered }), deadline.signal),
      );
    } catch (error) {
      throw failedCall(call.what, error, deadline.expired ? options.deadlineMs : undefined, call.signal);
    } finally {
      deadline.end();
    }
  }

  return {
    call: (call, read) => run(call, 'call', read),
    stream: (call, read) => run(call, 'watch', read),
    close: () => pool.close(),
  };
}

interface Sent {
  readonly call: Call;
  readonly use: Use;
  readonly signal: AbortSignal;
}

interface Attempt<T> extends Sent {
  readonly read: (body: IncomingMessage) => Promise<T>;
  readonly answered: () => void;
}

interface Sender {
  readonly server: URL;
  readonly pool: Pool;
  readonly credentials: CredentialSource;
  readonly userAgent: string;
}

async function open(sender: Sender, { call, use, signal }: Sent): Promise<ClientRequest> {
  const { server, pool, credentials, userAgent } = sender;
  // A credential plugin takes no signal; one that hangs must not outlast the deadline.
  const { authorization, tls } = await untilAborted(credentials.read(), signal);
  const prefix = server.pathname.replace(/\/$/, '');
  const send = server.protocol === 'http:' ? plainRequest : request;
  return send(new URL(prefix + call.path, server), {
    method: call.method,
    agent: pool.agentFor(tls, use),
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(authorization ? { authorization } : {}),
      ...(call.body
        ? { 'content-type': call.body.type, 'content-length': String(Buffer.byteLength(call.body.json)) }
        : {}),
    },
  });
}

function responseOf(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // A connection that ends during the answer ends the body as well; here it is only kept from being unheard.
    outgoing.on('error', (error) => reject(Object.assign(error, { wasReused: outgoing.reusedSocket })));
    outgoing.end(body);
  });
}

export async function textOf(body: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * A connection that the server closed while we began to use it says nothing about the call: again, until one is new
 * (Node's http documentation, `reusedSocket`). Not a POST, which may have been carried out.
 */
async function retryStale<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isStale = error instanceof Error && 'wasReused' in error && error.wasReused === true;
      if (!isStale || call.method === 'POST' || !['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '')) throw error;
    }
  }
}
