import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import type { Caches } from './caches.ts';
import { CONTESTED } from './policy/checks.ts';
import type { ServedCrd } from './served-crd.ts';

export interface SelfTold {
  readonly registry: Registry;
  readonly caches: Pick<Caches, 'contacts' | 'policies' | 'namespaces'>;
  readonly crd: Pick<ServedCrd, 'gaps'>;
  readonly clock: Clock;
  readonly version: string;
}

/** What the controller says of itself, besides controller-runtime's and client-go's metrics in src/kube. */
export function registerControllerMetrics({ registry, caches, crd, clock, version }: SelfTold): void {
  const build = new Gauge({
    name: 'case_backup_build_info',
    help: 'Always 1; the labels describe the controller.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  });
  build.set({ version, node_version: process.version }, 1);
  new Gauge({
    name: 'case_backup_controller_crd_outdated',
    help: '1 while the installed CRD lacks what this controller knows, as its leader found; apply k8s/crds/.',
    registers: [registry],
    collect() {
      this.set(crd.gaps().length > 0 ? 1 : 0);
    },
  });
  new Gauge({
    name: 'case_backup_controller_namespace_served',
    help: '0 while the lists of a namespace are not in, or the API server refuses one of them; /readyz says which.',
    labelNames: ['namespace'],
    registers: [registry],
    collect() {
      for (const { namespace, isServed } of caches.namespaces()) this.set({ namespace }, isServed ? 1 : 0);
    },
  });
  new Gauge({
    name: 'case_backup_controller_contested_policies',
    help: 'Policies whose CronJob another controller keeps as well; both leave it as it is.',
    registers: [registry],
    collect() {
      const contested = caches
        .policies()
        .filter(({ status }) => status.conditions?.some(({ reason }) => reason === CONTESTED));
      this.set(contested.length);
    },
  });
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
