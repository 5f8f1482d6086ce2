import type { Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import { type HttpServer, serve } from '../host/http.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { runElector } from '../kube/elector.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import { keyOf } from '../kube/objects.ts';
import { createRecorder } from '../kube/recorder.ts';
import { createWorkqueue, type Workqueue } from '../kube/workqueue.ts';
import { type Caches, startCaches } from './caches.ts';
import { healthPages } from './health.ts';
import { registerControllerMetrics } from './metrics.ts';
import type { JobSettings } from './pod-template.ts';
import { ownWrites } from './policy/own-writes.ts';
import { reconcile } from './policy/reconcile.ts';
import { runPage } from './policy/run-page.ts';
import { cronJobKeeper } from './policy/stand-cronjob.ts';

export interface ControllerOptions {
  readonly client: KubeClient;
  /** Namespaces whose policies are served; undefined is all of them. */
  readonly namespaces: readonly string[] | undefined;
  readonly job: JobSettings;
  /** `[ADDRESS:]PORT` of /metrics, /healthz and /readyz. */
  readonly listen: string;
  readonly lease: {
    readonly namespace: string;
    readonly name: string;
    readonly identity: string;
    /** How long the others wait for a silent leader. */
    readonly seconds: number;
  };
  readonly version: string;
  readonly registry: Registry;
  readonly metrics: KubeMetrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told the port once the pages are served. */
  readonly onListen?: ((port: number) => void) | undefined;
}

/** client-go's proportions: 15 s, 10 s and 2 s. */
const leaseTimes = (seconds: number) => ({
  leaseDurationMs: seconds * 1000,
  renewDeadlineMs: (seconds * 2000) / 3,
  retryPeriodMs: (seconds * 2000) / 15,
});

/** Waiting for the API server is most of a look, so a few may wait at once. */
const WORKERS = 8;
const NAME = 'casebackuppolicy';
/** A look costs the server three calls at most; ten seconds after a fault has passed, everything is right again. */
const BACKOFF = { baseMs: 500, maxMs: 8_000 };

/**
 * Runs until the signal aborts ('released') or leadership is lost ('lost': the process has to exit). Every replica keeps
 * the caches warm and serves pages; only the leader looks at policies and writes.
 */
export async function runController(options: ControllerOptions): Promise<'released' | 'lost'> {
  const { client, clock, log, lease, metrics, registry, signal } = options;
  let queue: Workqueue | undefined;
  const caches = startCaches({
    client,
    namespaces: options.namespaces ?? [undefined],
    clock,
    log,
    metrics: metrics.reflector,
    onChange: (key) => queue?.add(key),
  });
  registerControllerMetrics(registry, caches, clock, options.version);
  let server: HttpServer | undefined;
  try {
    server = await serve(options.listen, healthPages(caches, registry, clock), log);
    options.onListen?.(server.port);
    return await runElector({
      client,
      namespace: lease.namespace,
      leaseName: lease.name,
      identity: lease.identity,
      ...leaseTimes(lease.seconds),
      clock,
      log,
      signal,
      metrics: metrics.elector(lease.name),
      async lead(leading) {
        queue = createWorkqueue({ name: NAME, clock, metrics: metrics.workqueue(NAME), backoff: BACKOFF });
        await lead(options, caches, queue, leading);
        queue = undefined;
      },
    });
  } finally {
    await caches.stop();
    await server?.close();
  }
}

async function lead(options: ControllerOptions, caches: Caches, queue: Workqueue, leading: AbortSignal): Promise<void> {
  const { client, clock, log, lease, metrics } = options;
  const recorder = createRecorder({
    client,
    controller: 'casebackup.io/controller',
    instance: lease.identity,
    clock,
    log,
  });
  const reconciler = {
    client,
    caches,
    cronJobs: cronJobKeeper(client, options.job),
    runPage: runPage(clock),
    ownWrites: ownWrites(),
    recorder,
    clock,
  };
  const meter = metrics.reconciler(NAME, WORKERS);
  const stop = (): void => void queue.stop();
  leading.addEventListener('abort', stop, { once: true });
  // Looking at half a list would take Jobs that are not in yet for Jobs that are gone.
  await Promise.race([caches.synced, aborted(leading)]);
  if (leading.aborted) return;
  for (const policy of caches.policies()) queue.add(keyOf(policy));
  await queue.run(
    async (key, working) => {
      const done = meter.started();
      try {
        const again = await reconcile(reconciler, key, working);
        queue.forget(key);
        if (again !== undefined) queue.addAfter(key, again);
        done(again === undefined ? 'success' : 'requeue_after');
      } catch (error) {
        done('error');
        throw error;
      }
    },
    {
      workers: WORKERS,
      failed: (key, error) => {
        if (!leading.aborted) log.warn({ policy: key }, `will be tried again: ${messageOf(error)}`);
      },
    },
  );
  await recorder.flush();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
