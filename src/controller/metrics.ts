import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import type { Caches } from './caches.ts';
import { POLICY_METRICS, type PolicyMetric } from './policy-metrics.ts';
import type { PolicyObject } from './workloads.ts';

/** Registers what is told of policies; every scrape reads the cached policies anew, so nothing of a deleted one stays. */
export function registerPolicyMetrics(registry: Registry, policies: () => Iterable<PolicyObject>): void {
  for (const metric of POLICY_METRICS) register(registry, metric, policies);
}

/**
 * prom-client would keep each series, of which a thousand policies have 67,000, with its labels from one scrape to the
 * next: 90 MiB. Here they are made as they are asked for, and are garbage once they are text.
 */
function register(
  registry: Registry,
  { name, type, help, labels = [], read }: PolicyMetric,
  policies: () => Iterable<PolicyObject>,
): void {
  const options = { name, help, labelNames: ['namespace', 'policy', ...labels], registers: [registry] };
  const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
  const described = metric.get.bind(metric);
  metric.get = async () => ({ ...(await described()), values: [...samples(read, policies())] });
}

function* samples(
  read: PolicyMetric['read'],
  policies: Iterable<PolicyObject>,
): Generator<{ readonly labels: Record<string, string>; readonly value: number }> {
  for (const policy of policies) {
    const found = read(policy);
    const { namespace = '', name } = policy.metadata;
    for (const { labels, value } of typeof found === 'number' ? [{ labels: {}, value: found }] : found)
      yield { labels: { namespace, policy: name, ...labels }, value };
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
