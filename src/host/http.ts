import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { errorCode, Failure, messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** A page: its content type and body, made anew for each request. */
export type Page = () => Promise<{
  readonly type: string;
  readonly body: string;
  /** Follows the body, made as it is sent, for a page that should not be in memory whole. */
  readonly more?: Iterable<string>;
  readonly status?: number;
}>;

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a few read-only pages by exact path on `[address]:port`; port 0 takes a free one. Of a page that can't be made
 * its reader sees a 500 or a broken connection, and the log the reason.
 */
export async function serve(listen: string, pages: Readonly<Record<string, Page>>, log: Log): Promise<HttpServer> {
  const { host, port } = parseListen(listen);
  const fault = (page: string, error: unknown): void => log.error({ page }, `page not served: ${messageOf(error)}`);
  // An import of it takes 35 ms: it makes all that has a name there, and Node's own fetch and WebSocket are among them.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[path] : undefined;
    if (!page) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`not here; try ${Object.keys(pages).join(', ')}\n`);
      return;
    }
    page().then(
      ({ type, body, more, status }) => {
        response.writeHead(status ?? 200, { 'content-type': type, 'cache-control': 'no-store' });
        if (!more) {
          response.end(body);
          return;
        }
        response.write(body);
        // An error, ours or the reader's, breaks the connection: half a page must not pass for a page.
        pipeline(Readable.from(more), response, (error) => {
          // Also what a reader that left too early leads to.
          if (error && errorCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') fault(path, error);
        });
      },
      (error: unknown) => {
        fault(path, error);
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`${messageOf(error)}\n`);
      },
    );
  });
  await bind(server, listen, host, port);
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseListen(listen: string): { host: string | undefined; port: number } {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(listen);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    throw new Failure('ListenInvalid', `--listen ${listen} is not [ADDRESS:]PORT`, {
      hint: 'write for example --listen 8080 or --listen 127.0.0.1:8080',
    });
  }
  return { host: match[1]?.replace(/^\[(.*)\]$/, '$1'), port };
}

function bind(server: Server, listen: string, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Failure('ListenFailed', `can't listen on ${listen}: ${error.message}`, {
          hint: 'choose a free port',
          cause: error,
        }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
