import { collectDefaultMetrics, Registry } from 'prom-client';
import { dropboxCounters } from '../../../cmd/backup-job/dropbox-counters.ts';
import { serveRun } from '../../../cmd/backup-job/serve-run.ts';
import { registerControllerMetrics } from '../../../src/controller/metrics.ts';
import { policyMetricsText } from '../../../src/controller/policy/policy-metrics-text.ts';
import type { Clock } from '../../../src/host/clock.ts';
import { createProgress } from '../../../src/host/progress.ts';
import type { Run } from '../../../src/host/run.ts';
import { createKubeMetrics } from '../../../src/kube/metrics.ts';
import { asOf, createdAt } from './nights.ts';
import { OFFICES, type Office } from './offices.ts';

/** A page of /metrics as it would be at an instant. Instants have to come in their order: its counters only grow. */
export type Page = (at: Date) => Promise<string>;

export const policiesPage =
  (now: Date): Page =>
  async (at) =>
    [...policyMetricsText(policiesAt(at, now), at)].join('');

const policiesAt = (at: Date, now: Date) =>
  OFFICES.filter((office) => createdAt(office, now) <= at).map((office) => asOf(office, at, now));

/** The controller's own, after each time some work; one of its namespaces is refused. */
export function controllerPage(now: Date): Page {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createKubeMetrics(registry);
  metrics.workqueue('policy').observe(() => ({ depth: 1, runningMs: [] }));
  metrics.elector('case-backup-controller').leading(true);
  const reconciler = metrics.reconciler('policy', 4);
  const resources = ['casebackuppolicies', 'cronjobs', 'jobs', 'pods'];
  for (const resource of resources) metrics.reflector.watching(resource);
  let at = now;
  const clock = { now: () => at, elapsed: () => 60_000 } as Clock;
  registerControllerMetrics({
    registry,
    clock,
    version: '0.1.0',
    crd: { gaps: () => [] },
    caches: {
      policies: () => [],
      contacts: () => resources.map((resource) => ({ resource, namespace: '', at: 40_000 })),
      namespaces: () =>
        OFFICES.map(({ namespace }) => ({ namespace, isServed: true, refusal: undefined })).concat({
          namespace: 'office-of-nobody',
          isServed: false,
          refusal: undefined,
        }),
    },
  });
  return async (instant) => {
    at = instant;
    for (let look = 0; look < OFFICES.length; look++) {
      reconciler.started()(look === 0 && at.getUTCHours() === 4 ? 'error' : 'success');
      metrics.client.requested({ method: 'PATCH', host: 'kubernetes', code: '200', seconds: 0.02 });
    }
    if (at.getUTCHours() === 5) metrics.reflector.watchRestarted('pods');
    return await registry.metrics();
  };
}

/** A run in the middle of its archive, whose Dropbox refuses some calls. */
export function jobPage(office: Office, now: Date): Page {
  const registry = new Registry();
  const pages = serveRun(registry);
  const events = dropboxCounters(registry, office.policy);
  const start = new Date(now.getTime() - 3_600_000);
  const clock = { now: () => new Date(), elapsed: () => Date.now() } as Clock;
  const progress = createProgress('as-invented', start, clock);
  progress.begin('Archiving', { files: 18_000, bytes: 1e12 });
  pages.attach({ policyName: office.policy, start, progress } as Run);
  return async () => {
    progress.advance(40, 2_000_000_000);
    for (let call = 0; call < 40; call++) events.request?.('files/download', 200);
    events.request?.('files/download', 429);
    events.wait?.('rateLimited', 300, {} as never);
    events.pace?.(80);
    return await registry.metrics();
  };
}
