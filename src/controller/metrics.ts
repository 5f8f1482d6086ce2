import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import type { Caches } from './caches.ts';
import { POLICY_METRICS, type PolicyMetric, type Sample } from './policy-metrics.ts';
import type { PolicyObject } from './workloads.ts';

/** Registers what is told of policies; every scrape reads the cached policies anew, so nothing of a deleted one stays. */
export function registerPolicyMetrics(registry: Registry, policies: () => Iterable<PolicyObject>): void {
  for (const metric of POLICY_METRICS) register(registry, metric, policies);
}

function register(
  registry: Registry,
  { name, type, help, labels = [], read }: PolicyMetric,
  policies: () => Iterable<PolicyObject>,
): void {
  const each = (put: (labels: Record<string, string>, value: number) => void): void => {
    for (const policy of policies()) {
      const found = read(policy);
      const samples: readonly Sample[] = typeof found === 'number' ? [{ value: found }] : found;
      const { namespace = '', name: policyName } = policy.metadata;
      for (const { labels: own, value } of samples) put({ namespace, policy: policyName, ...own }, value);
    }
  };
  const options = { name, help, labelNames: ['namespace', 'policy', ...labels], registers: [registry] };
  if (type === 'counter') {
    new Counter({
      ...options,
      collect() {
        this.reset();
        each((sampleLabels, value) => this.inc(sampleLabels, value));
      },
    });
  } else {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        each((sampleLabels, value) => this.set(sampleLabels, value));
      },
    });
  }
}

/** What the controller says of itself, besides controller-runtime's and client-go's metrics in src/kube. */
export function registerControllerMetrics(
  registry: Registry,
  caches: Pick<Caches, 'contacts'>,
  clock: Clock,
  version: string,
): void {
  const build = new Gauge({
    name: 'case_backup_build_info',
    help: 'Always 1; the labels describe the controller.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  });
  build.set({ version, node_version: process.version }, 1);
  new Gauge({
    name: 'case_backup_controller_last_contact_timestamp_seconds',
    help: "When the API server last gave a sign of life on a resource's watch; 0 for never.",
    labelNames: ['resource', 'namespace'],
    registers: [registry],
    collect() {
      const now = clock.now().getTime();
      for (const { resource, namespace, at } of caches.contacts())
        this.set({ resource, namespace }, at === undefined ? 0 : (now - (clock.elapsed() - at)) / 1000);
    },
  });
}
