import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { ACCOUNT_ROUTES } from './account-routes.ts';
import { BATCH_ROUTES } from './batch-routes.ts';
import { CHANGE_ROUTES } from './change-routes.ts';
import { openContentStore } from './contents.ts';
import { type FaultPlan, faultSchedule } from './faults.ts';
import { FINISH_ROUTES } from './finish-routes.ts';
import { handle, type Service } from './handler.ts';
import { jobBoard } from './jobs.ts';
import { type RateLimit, rateLimiter, writeLocks } from './limits.ts';
import { LINK_ROUTES } from './link-routes.ts';
import { LIST_ROUTES } from './list-routes.ts';
import { PERSONAL_NAMESPACE } from './nodes.ts';
import { type Credentials, type OAuth, oauth } from './oauth.ts';
import { OLD_ROUTES } from './old-routes.ts';
import { READ_ROUTES } from './read-routes.ts';
import { REVISION_ROUTES } from './revision-routes.ts';
import { SESSION_ROUTES } from './session-routes.ts';
import { sessionTable } from './sessions.ts';
import { type RequestRecord, recorder, type Stats } from './stats.ts';
import { TEAM_ROUTES } from './team-routes.ts';
import { type TestTree, testTree } from './test-tree.ts';
import { Tree } from './tree.ts';
import { UPLOAD_ROUTES } from './upload-routes.ts';
import type { Settings, TeamOptions, World } from './world.ts';

export interface EmulatorOptions {
  /** Where uploads lie; kept on close. Default: a fresh temporary folder, removed on close. */
  readonly dataDir?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default: loopback. In a pod every address, so that others reach it. */
  readonly host?: string;
  /** Also serves the same account with TLS on `tlsPort` (default 0). */
  readonly tls?: { readonly key: string; readonly cert: string; readonly port?: number };
  readonly clock?: Clock;
  /** Added to every call, before it takes effect. */
  readonly latencyMs?: number;
  /** Of each request's and each answer's body. */
  readonly bytesPerSecond?: number;
  /** One commit at a time per namespace; others get 429 too_many_write_operations. */
  readonly writeLock?: boolean;
  /** Over all calls, of whatever route. */
  readonly rateLimit?: RateLimit;
  /** A team's space around the member's own folder. Default: a personal account. */
  readonly team?: TeamOptions;
  readonly allocatedBytes?: number;
  readonly accessTokenSeconds?: number;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT`: all hosts' routes by path. */
  readonly origin: string;
  /** The TLS listener's port, where asked for. */
  readonly tlsPort: number | undefined;
  readonly credentials: Credentials;
  readonly tree: TestTree;
  readonly faults: FaultPlan;
  readonly oauth: OAuth;
  /** Another limit of calls from now on; undefined: none. The counts in `stats` begin anew. */
  limitCalls(limit: RateLimit | undefined): void;
  /** May be changed at any time. */
  readonly settings: Settings;
  stats(): Stats;
  /** The newest requests with their headers, oldest first. */
  requests(): readonly RequestRecord[];
  resetStats(): void;
  close(): Promise<void>;
}

const ROUTES = new Map(
  [
    ACCOUNT_ROUTES,
    LIST_ROUTES,
    READ_ROUTES,
    UPLOAD_ROUTES,
    SESSION_ROUTES,
    FINISH_ROUTES,
    CHANGE_ROUTES,
    BATCH_ROUTES,
    REVISION_ROUTES,
    LINK_ROUTES,
    OLD_ROUTES,
    TEAM_ROUTES,
  ].flatMap((routes) => routes.map((route) => [route.name, route] as const)),
);

/** 1,000 entries of append_batch put about 130 KB into one header. */
const MAX_HEADER_BYTES = 1024 * 1024;
const DEFAULT_ALLOCATION = 2 ** 50;
/** 2^41 − 2^22, the spec's limit since May 2026; older documents say 350 GB. */
const MAX_FILE_BYTES = 2_199_019_061_248;

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.clock ?? systemClock;
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'dropbox-emulator-')));
  const closing = new AbortController();
  const world = await newWorld(options, clock, dataDir, closing.signal);
  const faults = faultSchedule();
  const record = recorder();
  const service: Service = {
    world,
    routes: ROUTES,
    faults,
    recorder: record,
    limiter: rateLimiter(clock, options.rateLimit),
    latencyMs: options.latencyMs ?? 0,
    bytesPerSecond: options.bytesPerSecond,
  };
  const failures: unknown[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(service, request, response).catch((error: unknown) => failures.push(error));
  };
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, listener);
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  const tls = options.tls ? await startTls(options.tls, host, listener) : undefined;

  return {
    origin: `http://127.0.0.1:${port}`,
    tlsPort: tls?.port,
    credentials: world.oauth.credentials,
    tree: testTree(world),
    faults,
    oauth: world.oauth,
    limitCalls: service.limiter.set,
    settings: world.settings,
    stats: () => statsOf(service),
    requests: () => record.records,
    resetStats() {
      record.reset();
      service.limiter.recount();
    },
    async close() {
      closing.abort();
      await Promise.all([server, ...(tls ? [tls.server] : [])].map(stop));
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      if (failures.length > 0) throw new AggregateError(failures, 'the emulator itself failed');
    },
  };
}

async function newWorld(options: EmulatorOptions, clock: Clock, dataDir: string, closing: AbortSignal): Promise<World> {
  const tree = new Tree();
  tree.makeNamespace(tree.top, options.team?.rootNamespaceId ?? PERSONAL_NAMESPACE);
  const home = options.team ? tree.makeFolders(tree.top, options.team.homePath.split('/').slice(1)) : tree.top;
  if (options.team) tree.makeNamespace(home, PERSONAL_NAMESPACE);
  const contents = await openContentStore(dataDir);
  const settings: Settings = {
    allocatedBytes: options.allocatedBytes ?? DEFAULT_ALLOCATION,
    usedElsewhereBytes: 0,
    cursorEpoch: 0,
    unsatisfiableRange: 409,
    repeatedFinish: 'success',
    maxFileBytes: MAX_FILE_BYTES,
    appFolder: false,
    memberLimit: { type: 'off', allocatedBytes: 0, usedBytes: 0 },
    teamToken: false,
    dateSkewMs: 0,
  };
  return {
    clock,
    tree,
    home,
    team: options.team,
    contents,
    sessions: sessionTable(clock, contents),
    jobs: jobBoard(),
    oauth: oauth(clock, options.accessTokenSeconds),
    locks: writeLocks(clock, options.writeLock ?? false, options.latencyMs ?? 0),
    links: new Map(),
    settings,
    closing,
  };
}

function statsOf({ world, recorder: record, limiter }: Service): Stats {
  const all = Object.values(record.routes);
  return {
    requests: all.reduce((sum, route) => sum + route.requests, 0),
    routes: record.routes,
    maxInFlight: record.maxInFlight,
    bytesIn: all.reduce((sum, route) => sum + route.bytesIn, 0),
    bytesOut: all.reduce((sum, route) => sum + route.bytesOut, 0),
    refreshes: world.oauth.refreshes,
    limitedCalls: limiter.calls,
    rejectedByWriteLock: world.locks.rejected,
  };
}

async function startTls(tls: NonNullable<EmulatorOptions['tls']>, host: string, listener: RequestListener) {
  const server = createTlsServer({ key: tls.key, cert: tls.cert, maxHeaderSize: MAX_HEADER_BYTES }, listener);
  return { server, port: await listen(server, tls.port ?? 0, host) };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.requestTimeout = 0;
  // Node's 5 s cut connections under clients that pause for so long (four of maestral's tests).
  server.keepAliveTimeout = 75_000;
  server.listen(port, host, resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
