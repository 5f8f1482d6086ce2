import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCode } from '../../src/host/errors.ts';
import { originOf, routeFor } from './addressing.ts';
import { authorise, viewFor } from './admission.ts';
import { throwFault } from './answer-faults.ts';
import { checkedArguments, pathsIn, rawArguments } from './arguments.ts';
import type { Effect, EffectOf } from './fault-effects.ts';
import type { ActiveFault, FaultSchedule } from './faults.ts';
import type { RateLimiter } from './limits.ts';
import { namespaceOf, pathBelow } from './nodes.ts';
import { aborted, type Outgoing, outgoingAnswer, outgoingText, send } from './outgoing.ts';
import { placeOf } from './paths.ts';
import type { Route } from './route.ts';
import type { Recorder } from './stats.ts';
import { errorBody, HttpError, Refusal, toJson } from './wire.ts';
import type { Answer, Call, World } from './world.ts';

export interface Service {
  readonly world: World;
  readonly routes: ReadonlyMap<string, Route>;
  readonly faults: FaultSchedule;
  readonly recorder: Recorder;
  readonly limiter: RateLimiter;
  readonly latencyMs: number;
  readonly bytesPerSecond: number | undefined;
}

/** One exchange under way. */
interface Exchange {
  /** Aborted when the client goes away or the emulator closes. */
  readonly over: AbortSignal;
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly route: Route;
  faults: ActiveFault[];
  args: unknown;
  bytesIn: number;
}

/** One for all: the error that `abort` makes by itself costs a third of a small answer. */
const OVER = new Error('the exchange is over');

/** Thrown where a fault cuts the connection without an answer. */
class Cut extends Error {}

/** From request to answer, in the order: arguments, hook, rate limit, faults, authorisation, the route, faults. */
export async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world, recorder } = service;
  const url = new URL(request.url ?? '/', 'http://emulator');
  const route = routeFor(service.routes, url.pathname, request.headers.host ?? '');
  if (route === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Unknown route');
    return;
  }
  const number = recorder.begin(route.name);
  const gone = new AbortController();
  response.once('close', () => gone.abort(OVER));
  const over = AbortSignal.any([gone.signal, world.closing]);
  const exchange: Exchange = { over, request, url, route, faults: [], args: undefined, bytesIn: 0 };
  const started = world.clock.elapsed();
  let status = 0;
  let bytesOut = 0;
  try {
    const outgoing = await outcome(service, exchange, number);
    status = outgoing.status;
    decorate(response, world, world.clock.elapsed() - started);
    const effect = effectFinder(exchange);
    const { clock } = world;
    bytesOut = await send(response, outgoing, { clock, over, bytesPerSecond: service.bytesPerSecond, effect });
    if (effect('reset')?.at === 'idle') request.socket.destroy();
  } catch (error) {
    response.destroy();
    if (!(error instanceof Cut) && !over.aborted && errorCode(error) !== 'ECONNRESET') throw error;
  } finally {
    const { authorization: _secret, ...headers } = request.headers;
    recorder.end({
      number,
      route: route.name,
      query: url.search.slice(1),
      args: exchange.args,
      headers,
      status,
      bytesIn: exchange.bytesIn,
      bytesOut,
    });
  }
}

async function outcome(service: Service, exchange: Exchange, number: number): Promise<Outgoing> {
  try {
    const answer = await answerTo(service, exchange, number);
    throwFault(exchange.faults, 'after');
    await cutConnection(service, exchange, 'after');
    return outgoingAnswer(answer, effectFinder(exchange)('ignoreRange') !== undefined);
  } catch (error) {
    return errorAnswer(exchange.route, error);
  }
}

async function answerTo(service: Service, exchange: Exchange, number: number): Promise<Answer> {
  const { world, faults } = service;
  const { request, route, url } = exchange;
  const body = countedBody(service, exchange);
  const raw = await rawArguments(route, request, url, body);
  exchange.args = raw;
  const paths = knownPaths(world, pathsIn(raw));
  const seen = { route: route.name, number, paths, args: raw, range: request.headers.range };
  await faults.announce(seen);
  service.limiter.admit();
  exchange.faults = faults.take(seen);
  await cutConnection(service, exchange, 'before');
  throwFault(exchange.faults, 'before');
  const authorization = authorise(world, route, request.headers, url);
  const view = viewFor(world, route, request.headers);
  const args = checkedArguments(route, raw);
  if (service.latencyMs > 0) await world.clock.sleep(service.latencyMs, exchange.over);
  const call: Call = {
    world,
    route: route.name,
    view,
    body,
    range: request.headers.range,
    ifNoneMatch: request.method === 'GET' ? request.headers['if-none-match'] : undefined,
    origin: originOf(request),
    authorization,
    over: exchange.over,
    effect: effectFinder(exchange),
  };
  if (!route.writes) return await route.handle(call, args as never);
  const namespaces = pathsIn(raw).map((path) => namespaceOf(placeOf(world.tree, view, path)?.base ?? view));
  return await world.locks.hold(namespaces, async () => await route.handle(call, args as never));
}

/** Delays, hangs and resets that come before an answer. */
async function cutConnection(service: Service, exchange: Exchange, when: 'before' | 'after'): Promise<void> {
  const { clock } = service.world;
  for (const { effect } of exchange.faults.filter((fault) => fault.when === when)) {
    if (effect.kind === 'delay') await clock.sleep(effect.ms, exchange.over);
    if (effect.kind === 'reset' && effect.at === 'headers') throw new Cut();
    if (effect.kind === 'reset' && effect.at === 'requestBody' && when === 'before') {
      await readSome(exchange, effect.afterBytes ?? 0);
      throw new Cut();
    }
    if (effect.kind === 'hang' && effect.at === 'headers') {
      await aborted(exchange.over);
      throw new Cut();
    }
  }
}

async function readSome(exchange: Exchange, bytes: number): Promise<void> {
  if (bytes === 0) return;
  for await (const piece of exchange.request) {
    exchange.bytesIn += piece.length;
    if (exchange.bytesIn >= bytes) return;
  }
}

async function* countedBody(service: Service, exchange: Exchange): AsyncGenerator<Buffer> {
  const { bytesPerSecond, world } = service;
  for await (const piece of exchange.request) {
    exchange.bytesIn += piece.length;
    if (bytesPerSecond) await world.clock.sleep((piece.length / bytesPerSecond) * 1000, exchange.over);
    yield piece;
  }
}

function effectFinder(exchange: Exchange) {
  return <K extends Effect['kind']>(kind: K): EffectOf<K> | undefined =>
    exchange.faults.map((fault) => fault.effect).find((effect): effect is EffectOf<K> => effect.kind === kind);
}

function errorAnswer(route: Route, error: unknown): Outgoing {
  if (error instanceof HttpError) return outgoingText(error.status, error.headers, error.body);
  if (!(error instanceof Refusal)) throw error;
  const body = errorBody(error.error);
  // The content host also puts the summary in the reason phrase.
  const reason = route.host === 'content' ? body.error_summary : undefined;
  return { ...outgoingText(409, { 'Content-Type': 'application/json' }, toJson(body)), reason };
}

function decorate(response: ServerResponse, world: World, elapsedMs: number): void {
  response.sendDate = false;
  response.setHeader('Date', new Date(world.clock.now().getTime() + world.settings.dateSkewMs).toUTCString());
  response.setHeader('X-Dropbox-Request-Id', randomBytes(16).toString('hex'));
  response.setHeader('X-Server-Response-Time', String(Math.round(elapsedMs)));
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** With the paths that ids and revs stand for, so that a fault for a path hits however the client names it. */
function knownPaths(world: World, paths: readonly string[]): string[] {
  const behind = paths.flatMap((path) => {
    const found = path.startsWith('id:') ? world.tree.byId(path) : undefined;
    const file = path.startsWith('rev:') ? world.tree.byRev(path.slice(4)) : undefined;
    const node = found ?? (file && 'node' in file ? file.node : file);
    return node ? [pathBelow(world.home, node, 'key') ?? ''] : [];
  });
  return [...paths, ...behind];
}
