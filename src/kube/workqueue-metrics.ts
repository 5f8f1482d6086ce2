import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WorkqueueMetrics } from './workqueue.ts';

/** 10 ns to 1,000 s, by tens: Go's queues answer in nanoseconds, and the dashboards know these bounds. */
const QUEUE_BUCKETS = Array.from({ length: 12 }, (_, power) => Number(`1e${power - 8}`));
const LABELS = ['name', 'controller'] as const;

type Observe = Parameters<WorkqueueMetrics['observe']>[0];

/** controller-runtime labels a queue with its controller as well; here both are the queue's name. */
export function createWorkqueueMetrics(registers: Registry[]): (name: string) => WorkqueueMetrics {
  const states = new Map<string, Observe>();
  const gauge = (name: string, help: string, read: (state: ReturnType<Observe>) => number): Gauge<'name'> =>
    new Gauge<'name' | 'controller'>({
      name,
      help,
      labelNames: LABELS,
      registers,
      collect() {
        for (const [queue, state] of states) this.set({ name: queue, controller: queue }, read(state()));
      },
    });
  const counter = (name: string, help: string): Counter<'name' | 'controller'> =>
    new Counter({ name, help, labelNames: LABELS, registers });
  const histogram = (name: string, help: string): Histogram<'name' | 'controller'> =>
    new Histogram({ name, help, labelNames: LABELS, buckets: QUEUE_BUCKETS, registers });

  gauge('workqueue_depth', 'Current depth of workqueue', ({ depth }) => depth);
  gauge(
    'workqueue_unfinished_work_seconds',
    "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
    ({ runningMs }) => runningMs.reduce((sum, ms) => sum + ms, 0) / 1000,
  );
  gauge(
    'workqueue_longest_running_processor_seconds',
    'How many seconds has the longest running processor for workqueue been running.',
    ({ runningMs }) => Math.max(0, ...runningMs) / 1000,
  );
  const adds = counter('workqueue_adds_total', 'Total number of adds handled by workqueue');
  const retries = counter('workqueue_retries_total', 'Total number of retries handled by workqueue');
  const waits = histogram(
    'workqueue_queue_duration_seconds',
    'How long in seconds an item stays in workqueue before being requested',
  );
  const works = histogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from workqueue takes.',
  );

  return (name) => {
    const labels = { name, controller: name };
    adds.inc(labels, 0);
    retries.inc(labels, 0);
    waits.zero(labels);
    works.zero(labels);
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      started: (waitedMs) => waits.observe(labels, waitedMs / 1000),
      finished: (tookMs) => works.observe(labels, tookMs / 1000),
      observe: (state) => states.set(name, state),
    };
  };
}
