import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../src/host/clock.ts';
import type { Effect, EffectOf } from './fault-effects.ts';
import { toJson } from './wire.ts';
import type { Answer } from './world.ts';

/** An answer ready to be sent. */
export interface Outgoing {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers: Record<string, string>;
  readonly length: number;
  readonly bytes: AsyncIterable<Buffer>;
}

export function outgoingText(status: number, headers: Record<string, string>, body: string): Outgoing {
  const bytes = Buffer.from(body);
  return { status, headers, length: bytes.length, bytes: once(bytes) };
}

export function outgoingAnswer(answer: Answer, ignoreRange: boolean): Outgoing {
  if ('json' in answer) {
    const text = answer.form === 'compact' ? JSON.stringify(answer.json) : toJson(answer.json);
    const type = answer.form === 'javascript' ? 'text/javascript' : 'application/json';
    return outgoingText(200, { 'Content-Type': type }, text);
  }
  const { content, headers } = answer;
  if (!ignoreRange) {
    const { status, start, end } = answer;
    return { status, headers, length: end - start, bytes: content.read(start, end) };
  }
  const { 'Content-Range': _ignored, ...rest } = headers;
  return { status: 200, headers: rest, length: content.size, bytes: content.read(0, content.size) };
}

export interface Sender {
  readonly clock: Clock;
  readonly over: AbortSignal;
  readonly bytesPerSecond: number | undefined;
  effect<K extends Effect['kind']>(kind: K): EffectOf<K> | undefined;
}

/** Sends an answer, spoiled by the faults of the call. Gives the number of body bytes that left. */
export async function send(response: ServerResponse, whole: Outgoing, sender: Sender): Promise<number> {
  const outgoing = sender.effect('gzip') ? await gzipped(whole) : whole;
  const truncated = sender.effect('truncate');
  const headers: Record<string, string> = { ...outgoing.headers, 'Content-Length': String(outgoing.length) };
  if (truncated?.framing === 'chunked') delete headers['Content-Length'];
  const changed = sender.effect('header');
  if (changed) {
    delete headers[changed.name];
    if (changed.value !== undefined) headers[changed.name] = changed.value;
  }
  if (outgoing.reason !== undefined) response.statusMessage = outgoing.reason;
  // The head leaves with the body's first bytes where they are there, and else without them.
  response.cork();
  response.writeHead(outgoing.status, headers);
  response.flushHeaders();
  const letGo = onlyOnce(() => response.uncork());
  process.nextTick(letGo);
  let sent = 0;
  for await (const piece of spoiled(outgoing.bytes, sender)) {
    if (response.destroyed) break;
    sent += piece.length;
    if (!response.write(piece)) await drained(response);
    if (sender.bytesPerSecond) await sender.clock.sleep((piece.length / sender.bytesPerSecond) * 1000, sender.over);
  }
  letGo();
  if (sent < outgoing.length && truncated?.framing !== 'chunked') response.destroy();
  else await ended(response);
  return sent;
}

/** Where a body stops early: a cut, a hang or a truncation, whichever the call's faults hold. */
async function* spoiled(bytes: AsyncIterable<Buffer>, sender: Sender): AsyncGenerator<Buffer> {
  const reset = sender.effect('reset');
  const hang = sender.effect('hang');
  const cuts = [
    sender.effect('truncate')?.bytes,
    reset?.at === 'responseBody' ? (reset.afterBytes ?? 0) : undefined,
    hang?.at === 'body' ? (hang.afterBytes ?? 0) : undefined,
  ].filter((cut) => cut !== undefined);
  const limit = Math.min(Number.POSITIVE_INFINITY, ...cuts);
  const flip = sender.effect('flip');
  const drip = sender.effect('drip');
  let at = 0;
  for await (const piece of bytes) {
    const sound = piece.subarray(0, limit - at);
    const part = flip || drip ? Buffer.from(sound) : sound;
    if (flip && flip.at >= at && flip.at < at + part.length) part[flip.at - at] = (part[flip.at - at] ?? 0) ^ 0x01;
    at += part.length;
    const step = drip?.bytes ?? Math.max(1, part.length);
    for (let done = 0; done < part.length; done += step) {
      yield part.subarray(done, done + step);
      if (drip) await sender.clock.sleep(drip.everyMs, sender.over);
    }
    if (at >= limit) break;
  }
  if (hang?.at === 'body') await aborted(sender.over);
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

async function gzipped(outgoing: Outgoing): Promise<Outgoing> {
  const pieces: Buffer[] = [];
  for await (const piece of outgoing.bytes) pieces.push(Buffer.from(piece));
  const bytes = gzipSync(Buffer.concat(pieces));
  return {
    ...outgoing,
    headers: { ...outgoing.headers, 'Content-Encoding': 'gzip' },
    length: bytes.length,
    bytes: once(bytes),
  };
}

function onlyOnce(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.on('drain', done).on('close', done);
  return promise;
}

function ended(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Closed while it drained, by a client that died: it says neither `close` nor that it has ended any more.
  if (response.destroyed) resolve();
  response.once('close', resolve);
  response.end(() => resolve());
  return promise;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}
