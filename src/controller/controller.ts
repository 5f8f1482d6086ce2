import type { Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import { type HttpServer, serve } from '../host/http.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { runElector } from '../kube/elector.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import { createRecorder } from '../kube/recorder.ts';
import { rewindWatch } from '../kube/rewind.ts';
import type { Workqueue } from '../kube/workqueue.ts';
import { startCaches } from './caches.ts';
import { healthPages } from './health.ts';
import { installationUid } from './installation.ts';
import { registerControllerMetrics } from './metrics.ts';
import type { JobSettings } from './pod-template.ts';
import { policyRow } from './policy/policy-row.ts';
import { queueOf, type Row, type Tools, workOff } from './row.ts';
import { servedCrd } from './served-crd.ts';

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
    /** Name of the one whose UID is that of the installation. */
    readonly installation: string;
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

/** What is kept as it should be, each kind with a queue of its own over the same caches. */
const ROWS: readonly Row[] = [policyRow];

/** The rows' queues while this process leads. */
type Queues = ReadonlyMap<Row, Workqueue>;

/**
 * Runs until the signal aborts ('released') or leadership is lost ('lost': the process has to exit). Every replica keeps
 * the caches warm and serves pages; only the leader looks at things and writes.
 */
export async function runController(options: ControllerOptions): Promise<'released' | 'lost'> {
  const { client, clock, log, lease, metrics, registry, signal } = options;
  let queues: Queues = new Map();
  const caches = startCaches({
    client,
    namespaces: options.namespaces ?? [undefined],
    clock,
    log,
    metrics: metrics.reflector,
    onServed() {
      for (const [row, queue] of queues) for (const key of row.all(caches)) queue.add(key);
    },
    onChange(resource, object) {
      for (const [row, queue] of queues) for (const key of row.concerned(resource, object)) queue.add(key);
    },
  });
  const crd = servedCrd(client, clock, log);
  let era = 0;
  const onVersion = rewindWatch(() => {
    era++;
    log.error(
      { lease: lease.name },
      'the API server has gone back in time (etcd restored?); everything is listed again',
    );
    caches.relist();
  });
  registerControllerMetrics({ registry, caches, crd, clock, version: options.version });
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
      onLease: (metadata, isOlder) => onVersion(metadata?.resourceVersion, isOlder),
      async lead(leading) {
        queues = new Map(ROWS.map((row) => [row, queueOf(row, clock, metrics)]));
        await lead(options, { caches, crd, era: () => era }, queues, leading);
        queues = new Map();
      },
    });
  } finally {
    await caches.stop();
    await server?.close();
  }
}

async function lead(
  options: ControllerOptions,
  { caches, crd, era }: Pick<Tools, 'caches' | 'crd' | 'era'>,
  queues: Queues,
  leading: AbortSignal,
): Promise<void> {
  const { client, clock, job, log, lease, metrics } = options;
  const recorder = createRecorder({
    client,
    controller: 'casebackup.io/controller',
    instance: lease.identity,
    clock,
    log,
  });
  const stop = (): void => {
    for (const queue of queues.values()) void queue.stop();
  };
  leading.addEventListener('abort', stop, { once: true });
  // Looking at half a list would take Jobs that are not in yet for Jobs that are gone.
  await Promise.race([caches.settled, aborted(leading)]);
  const installation = await installationUid({ client, clock, log, ...lease, lease: lease.installation }, leading);
  if (leading.aborted) return;
  const name = `${lease.namespace}/${lease.name}`;
  const tools: Tools = { client, caches, crd, job, recorder, clock, log, name, installation, era };
  await Promise.all([...queues].map(([row, queue]) => workOff(row, queue, tools, { metrics, log, leading })));
  await recorder.flush();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
