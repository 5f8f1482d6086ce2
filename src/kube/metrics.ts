import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ClientMetrics } from './connection/transport.ts';
import type { ElectorMetrics } from './elector.ts';
import type { ReflectorMetrics } from './reflector.ts';
import type { WorkqueueMetrics } from './workqueue.ts';
import { createWorkqueueMetrics } from './workqueue-metrics.ts';

/**
 * Names, labels, help and buckets as controller-runtime 0.24 (pkg/metrics, pkg/internal/controller/metrics) and
 * client-go 0.36 have them, so that dashboards and alerts made for any operator fit this one.
 */
export interface KubeMetrics {
  readonly client: ClientMetrics;
  readonly reflector: ReflectorMetrics;
  workqueue(name: string): WorkqueueMetrics;
  elector(leaseName: string): ElectorMetrics;
  reconciler(controller: string, maxConcurrent: number): ReconcileMetrics;
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after';

export interface ReconcileMetrics {
  /** Call it when a reconcile starts, and what it returns when it ends. */
  started(): (result: ReconcileResult) => void;
}

const RESULTS: readonly ReconcileResult[] = ['success', 'error', 'requeue_after'];
const CALL_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const RECONCILE_BUCKETS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ...[1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];

export function createKubeMetrics(registry: Registry): KubeMetrics {
  const registers = [registry];
  return {
    client: clientMetrics(registers),
    reflector: reflectorMetrics(registers),
    workqueue: createWorkqueueMetrics(registers),
    elector: electorMetrics(registers),
    reconciler: reconcileMetrics(registers),
  };
}

function clientMetrics(registers: Registry[]): ClientMetrics {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const durations = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Request latency in seconds. Broken down by verb, and host.',
    labelNames: ['verb', 'host'],
    buckets: CALL_BUCKETS,
    registers,
  });
  return {
    requested({ method, host, code, seconds }) {
      requests.inc({ code, method, host });
      durations.observe({ verb: method, host }, seconds);
    },
  };
}

function reflectorMetrics(registers: Registry[]): ReflectorMetrics {
  const restarts = new Counter({
    name: 'case_backup_controller_watch_restarts_total',
    help: "Watches that ended by anything but the server's own time limit.",
    labelNames: ['resource'],
    registers,
  });
  return {
    watching: (resource) => restarts.inc({ resource }, 0),
    watchRestarted: (resource) => restarts.inc({ resource }),
  };
}

function electorMetrics(registers: Registry[]): KubeMetrics['elector'] {
  const master = new Gauge({
    name: 'leader_election_master_status',
    help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    labelNames: ['name'],
    registers,
  });
  return (name) => {
    master.set({ name }, 0);
    return { leading: (isLeader) => master.set({ name }, isLeader ? 1 : 0) };
  };
}

function reconcileMetrics(registers: Registry[]): KubeMetrics['reconciler'] {
  const labelNames = ['controller'] as const;
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Total number of reconciliations per controller',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Total number of reconciliation errors per controller',
    labelNames,
    registers,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of time per reconciliation per controller',
    labelNames,
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const most = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Maximum number of concurrent reconciles per controller',
    labelNames,
    registers,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Number of currently used workers per controller',
    labelNames,
    registers,
  });
  return (controller, maxConcurrent) => {
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    errors.inc({ controller }, 0);
    time.zero({ controller });
    active.set({ controller }, 0);
    most.set({ controller }, maxConcurrent);
    return {
      started() {
        active.inc({ controller });
        const end = time.startTimer({ controller });
        return (result) => {
          end();
          active.dec({ controller });
          total.inc({ controller, result });
          if (result === 'error') errors.inc({ controller });
        };
      },
    };
  };
}
