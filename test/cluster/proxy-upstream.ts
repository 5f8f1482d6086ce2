import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as call } from 'node:https';
import { Transform } from 'node:stream';
import type { ControlPlane } from './control-plane.ts';
import { type Fault, statusObject } from './faults.ts';

/** One request and its answer on their way through the proxy. */
export interface Exchange {
  /** Breaks the client's connection in the middle of the answer. */
  cut(): void;
}

export interface Upstream {
  pass(incoming: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Exchange;
  close(): void;
}

/** The proxy's own connections to the API server, and what a fault does to what goes through them. */
export function openUpstream(plane: ControlPlane): Upstream {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(plane.caFile) });

  function forward(incoming: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const { method, url: path, headers } = incoming;
    const outgoing = call(plane.url, { agent, method, path, headers: { ...headers, host: new URL(plane.url).host } });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // The head of a watch must arrive before its first event does.
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      if (fault?.kind === 'silent') answer.resume();
      else if (fault?.kind === 'cut' && fault.afterLines === 0) setImmediate(() => response.destroy());
      else if (fault?.kind === 'cut') answer.pipe(cutAfter(fault.afterLines, response)).pipe(response);
      else answer.pipe(response);
    });
    // The server is away: so it looks for the client too.
    outgoing.on('error', () => response.destroy());
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  return {
    pass(incoming, response, fault) {
      response.on('error', () => undefined);
      switch (fault?.kind) {
        case 'hang':
          incoming.resume();
          break;
        case 'reset':
          incoming.socket.destroy();
          break;
        case 'answer':
          incoming.resume();
          refuse(response, fault.status, fault.reason, fault.retryAfter);
          break;
        case 'goneInStream':
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(`${JSON.stringify({ type: 'ERROR', object: statusObject(410, 'Expired') })}\n`);
          break;
        case 'slow': {
          const timer = setTimeout(() => forward(incoming, response, undefined), fault.ms);
          response.once('close', () => clearTimeout(timer));
          break;
        }
        default:
          forward(incoming, response, fault);
      }
      return { cut: () => response.destroy() };
    },
    close: () => agent.destroy(),
  };
}

function refuse(response: ServerResponse, status: number, reason: string, retryAfter: number | undefined): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(JSON.stringify(statusObject(status, reason)));
}

function cutAfter(lines: number, response: ServerResponse): Transform {
  let left = lines;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let end = 0;
      while (left > 0 && end < chunk.length) {
        const newline = chunk.indexOf(0x0a, end);
        if (newline === -1) break;
        end = newline + 1;
        left--;
      }
      // Not before what has gone out is on its way.
      if (left === 0) response.write(chunk.subarray(0, end), () => response.destroy());
      else done(null, chunk);
    },
  });
}
