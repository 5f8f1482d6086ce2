import { Readable } from 'node:stream';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { isLoopback } from '../../../host/loopback.ts';
import type { Throttle } from '../../../host/throttle.ts';
import { openConnections } from './agent.ts';
import { type AnswerBody, answerBody } from './answer-body.ts';
import { TransferFault } from './api-error.ts';
import { connectionFault } from './connection-fault.ts';
import { proxyOf } from './proxy-setting.ts';
import { startWatchdog, type Watch, type Watchdog } from './watchdog.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** The attempt ends when for so long not a byte moved while we were sending or waiting. */
  readonly idleMs: number;
  /** Called, once or more, when neither the request nor its answer is under way any more, or nobody reads that on. */
  readonly onOver?: (() => void) | undefined;
}

/** Its body is to be read until it is over, or discarded; either frees the connection. */
export interface HttpAnswer extends AnswerBody {
  readonly status: number;
  header(name: string): string | undefined;
}

export interface Http {
  post(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Opens connections for so many requests at once, of which long bodies or short ones will go up. */
  open(origin: URL, atOnce: number, bodies: 'long' | 'short'): void;
  close(): Promise<void>;
}

/** Small enough that a slow line still shows life within the idle time, large enough to cost nothing. */
const LARGEST_PIECE = 128 * 1024;
/** Answers to calls are texts of a few hundred bytes, pages of a listing up to a few MB. */
const PIECE_OF_TEXT = 16 * 1024;

export interface HttpOptions {
  /** Where requests go instead of to Dropbox. */
  readonly origin: string | undefined;
  /** Counts bodies, both ways. */
  readonly throttle: Throttle | undefined;
}

export function openHttp({ origin, throttle }: HttpOptions): Http {
  const pieceBytes = Math.min(LARGEST_PIECE, throttle?.turnBytes ?? LARGEST_PIECE);
  const proxy = origin !== undefined && isLoopback(new URL(origin)) ? undefined : proxyOf(process.env);
  const connections = openConnections(proxy);
  // Whose connections stay quick for that way: one that only brought something begins to send at 15 KB a round trip.
  const uploads = openConnections(proxy);
  let isProven = false;

  /** What broke an attempt: our caller's abort passes. */
  const asFault = (error: unknown, url: URL, signal: AbortSignal): unknown => {
    if (signal.aborted) return signal.reason;
    if (error instanceof TransferFault) return error;
    return connectionFault(error, url.hostname, { origin, proxy, isProven });
  };

  return {
    async post({ url, headers, body, idleMs, onOver }, signal) {
      // For the first piece before a connection is taken, which the server may close while nothing is sent.
      if (body) await throttle?.take(Math.min(pieceBytes, body.length), signal);
      // undici lends a connection again one turn of the loop after its answer; asked before, it opens another.
      await turnOfTheLoop();
      const watchdog = startWatchdog(idleMs, signal, onOver);
      const watch = { watchdog, pace: throttle && ((bytes: number) => paceOf(throttle, watchdog, bytes)) };
      try {
        const isLong = body !== undefined && body.length > pieceBytes;
        const answer = await (isLong ? uploads : connections).dispatcher.request({
          origin: url.origin,
          path: url.pathname,
          method: 'POST',
          headers: { ...headers, 'content-length': String(body?.length ?? 0) },
          body: isLong ? Readable.from(pieces(body, pieceBytes, watch)) : (body ?? null),
          signal: watchdog.signal,
        });
        isProven = true;
        watchdog.pause();
        return {
          status: answer.statusCode,
          header: (name) => [answer.headers[name] ?? []].flat()[0],
          ...answerBody(answer.body, watch, (error) => asFault(error, url, signal)),
        };
      } catch (error) {
        watchdog.stop();
        throw asFault(error, url, signal);
      }
    },
    open(url, atOnce, bodies) {
      (bodies === 'long' ? uploads : connections).open(url, atOnce);
    },
    async close() {
      await Promise.all([connections.close(), uploads.close()]);
    },
  };
}

/** The whole body, whose length need not be known. */
export async function bytesOf(answer: HttpAnswer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  while (!(await answer.isOver())) {
    const piece = Buffer.allocUnsafe(PIECE_OF_TEXT);
    let filled = 0;
    await answer.fill(piece, (bytes) => {
      filled += bytes;
    });
    pieces.push(piece.subarray(0, filled));
  }
  return Buffer.concat(pieces);
}

export async function textOf(answer: HttpAnswer): Promise<string> {
  return (await bytesOf(answer)).toString('utf8');
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
