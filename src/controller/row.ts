import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import type { KubeObject, Resource } from '../kube/objects.ts';
import type { Recorder } from '../kube/recorder.ts';
import { createWorkqueue, type Workqueue } from '../kube/workqueue.ts';
import type { Caches } from './caches.ts';
import type { JobSettings } from './pod-template.ts';
import type { ServedCrd } from './served-crd.ts';

/** One kind of thing that the controller keeps as it should be: a row of the table in controller.ts. */
export interface Row {
  /** Of its queue and in its metrics; as controller-runtime has it, the kind in lower case. */
  readonly name: string;
  readonly workers: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** All that there is to look at when leading begins. */
  readonly all: (caches: Caches) => Iterable<string>;
  /** Which of them a change of an object concerns; it is called with the object before and after. */
  readonly concerned: (resource: Resource, object: KubeObject) => Iterable<string>;
  /** Made anew whenever leading begins: another may have led meanwhile, so nothing is remembered from before. */
  readonly reconciler: (tools: Tools) => Reconcile;
}

/** One look at one thing. Returns in how many milliseconds to look again although nothing has happened. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<number | undefined>;

/** What all rows share. */
export interface Tools {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly crd: ServedCrd;
  readonly job: JobSettings;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  /** Grows when the API server has gone back in time: what is remembered of its objects is then of another world. */
  readonly era: () => number;
  /** Of this installation of the controller among others: the namespace and name of its Lease. */
  readonly name: string;
  /** The UID of a Lease, which no other cluster has; it stays when other namespaces are served. */
  readonly installation: string | undefined;
}

export const queueOf = ({ name, backoff }: Row, clock: Clock, metrics: KubeMetrics): Workqueue =>
  createWorkqueue({ name, clock, metrics: metrics.workqueue(name), backoff });

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** Looks at everything once, then at what is put into the queue, until that is stopped. */
export async function workOff(
  row: Row,
  queue: Workqueue,
  tools: Tools,
  { metrics, log, leading }: { readonly metrics: KubeMetrics; readonly log: Log; readonly leading: AbortSignal },
): Promise<void> {
  const { name, workers } = row;
  const meter = metrics.reconciler(name, workers);
  const reconcile = row.reconciler(tools);
  for (const key of row.all(tools.caches)) queue.add(key);
  const look = async (key: string, signal: AbortSignal): Promise<void> => {
    if (!tools.caches.isServed(namespaceOf(key))) return;
    const done = meter.started();
    try {
      const again = await reconcile(key, signal);
      queue.forget(key);
      if (again !== undefined) queue.addAfter(key, again);
      done(again === undefined ? 'success' : 'requeue_after');
    } catch (error) {
      done('error');
      throw error;
    }
  };
  const failed = (key: string, error: unknown): void => {
    if (!leading.aborted) log.warn({ controller: name, key }, `will be tried again: ${messageOf(error)}`);
  };
  await queue.run(look, { workers, failed });
}
