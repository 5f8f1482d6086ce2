import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isLoopback } from '../../../host/loopback.ts';
import type { Throttle } from '../../../host/throttle.ts';
import { openAgent } from './agent.ts';
import { TransferFault } from './api-error.ts';
import { connectionFault } from './connection-fault.ts';
import { proxyOf } from './proxy-setting.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** The attempt ends when for so long not a byte moved while we were sending or waiting. */
  readonly idleMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** To be read to the end or left early; either frees the connection. Throws TransferFault. */
  readonly body: AsyncGenerator<Buffer, void, void>;
  /** Frees the connection of an answer whose body nobody began to read. */
  discard(): void;
}

export interface Http {
  post(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Small enough that a slow line still shows life within the idle time, large enough to cost nothing. */
const LARGEST_PIECE = 128 * 1024;

export interface HttpOptions {
  /** Where requests go instead of to Dropbox. */
  readonly origin: string | undefined;
  /** Counts bodies, both ways. */
  readonly throttle: Throttle | undefined;
}

export function openHttp({ origin, throttle }: HttpOptions): Http {
  const pieceBytes = Math.min(LARGEST_PIECE, throttle?.turnBytes ?? LARGEST_PIECE);
  const proxy = origin !== undefined && isLoopback(new URL(origin)) ? undefined : proxyOf(process.env);
  const agent = openAgent(proxy);
  let isProven = false;

  /** What broke an attempt: our caller's abort passes. */
  const asFault = (error: unknown, url: URL, signal: AbortSignal): unknown => {
    if (signal.aborted) return signal.reason;
    if (error instanceof TransferFault) return error;
    return connectionFault(error, url.hostname, { origin, proxy, isProven });
  };

  return {
    async post({ url, headers, body, idleMs }, signal) {
      // For the first piece before a connection is taken, which the server may close while nothing is sent.
      if (body) await throttle?.take(Math.min(pieceBytes, body.length), signal);
      const watchdog = startWatchdog(idleMs, signal);
      const watch = { watchdog, pace: throttle && ((bytes: number) => paceOf(throttle, watchdog, bytes)) };
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: url.pathname,
          method: 'POST',
          headers: { ...headers, 'content-length': String(body?.length ?? 0) },
          body: body && body.length > pieceBytes ? Readable.from(pieces(body, pieceBytes, watch)) : (body ?? null),
          signal: watchdog.signal,
        });
        isProven = true;
        watchdog.pause();
        // Destroying a body that was not read to the end emits an error, which nobody else waits for.
        answer.body.on('error', watchdog.stop);
        return {
          status: answer.statusCode,
          header: (name) => [answer.headers[name] ?? []].flat()[0],
          body: read(answer.body, watch, (error) => asFault(error, url, signal)),
          discard() {
            watchdog.stop();
            answer.body.destroy();
          },
        };
      } catch (error) {
        watchdog.stop();
        throw asFault(error, url, signal);
      }
    },
    close: () => agent.destroy(),
  };
}

export async function bytesOf(answer: HttpAnswer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function textOf(answer: HttpAnswer): Promise<string> {
  return (await bytesOf(answer)).toString('utf8');
}

/** What looks after the bytes of one request. */
interface Watch {
  readonly watchdog: Watchdog;
  /** Resolves when so many bytes are within the rate; its result is undefined when they are already. */
  readonly pace: ((bytes: number) => Promise<void> | undefined) | undefined;
}

/** While we wait by our own will, nothing moves and nobody is dead. */
function paceOf(throttle: Throttle, watchdog: Watchdog, bytes: number): Promise<void> | undefined {
  const wait = throttle.take(bytes, watchdog.signal);
  if (wait) watchdog.pause();
  return wait;
}

async function* pieces(body: Buffer, pieceBytes: number, { watchdog, pace }: Watch): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += pieceBytes) {
    const piece = body.subarray(at, at + pieceBytes);
    const wait = at > 0 ? pace?.(piece.length) : undefined;
    if (wait) await wait;
    watchdog.moved();
    yield piece;
  }
  watchdog.moved();
}

async function* read(
  body: Dispatcher.ResponseData['body'],
  { watchdog, pace }: Watch,
  asFault: (error: unknown) => unknown,
): AsyncGenerator<Buffer, void, void> {
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      watchdog.moved();
      const next = await chunks.next();
      watchdog.pause();
      if (next.done) return;
      const wait = pace?.(next.value.length);
      if (wait) await wait;
      yield next.value;
    }
  } catch (error) {
    throw asFault(error);
  } finally {
    watchdog.stop();
    body.destroy();
  }
}
