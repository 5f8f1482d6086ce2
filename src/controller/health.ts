import type { Registry } from 'prom-client';
import type { Clock } from '../host/clock.ts';
import type { Page } from '../host/http.ts';
import type { Caches } from './caches.ts';
import { policyMetricsText } from './policy/policy-metrics-text.ts';

/** A watch without a sign of life is resumed after 150 s; twice that and more means that resuming does not work either. */
const LONGEST_SILENCE_MS = 300_000;

const text = (body: string, status = 200) => ({ type: 'text/plain; charset=utf-8', body: `${body}\n`, status });

/** `/healthz` fails when a cache has lost touch, `/readyz` until the first lists are in, of one namespace at least, `/metrics` never. */
export function healthPages(caches: Caches, registry: Registry, clock: Clock): Readonly<Record<string, Page>> {
  const started = clock.elapsed();
  return {
    '/healthz': async () => {
      const now = clock.elapsed();
      const silent = caches
        .contacts()
        .filter(({ at }) => now - (at ?? started) > LONGEST_SILENCE_MS)
        .map(({ resource, namespace }) => (namespace === '' ? resource : `${resource} in ${namespace}`));
      return silent.length === 0
        ? text('ok')
        : text(`no sign of life from the API server for five minutes: ${silent.join(', ')}`, 503);
    },
    '/readyz': async () => {
      const refused = caches.namespaces().filter(({ refusal }) => refusal !== undefined);
      const words = refused.map(
        ({ namespace, refusal }) => `; ${namespace || 'no namespace'} is not served: ${refusal}`,
      );
      return caches.isReady()
        ? text(`ok${words.join('')}`)
        : text(`the first lists are not in yet${words.join('')}`, 503);
    },
    '/metrics': async () => ({
      type: registry.contentType,
      body: await registry.metrics(),
      more: policyMetricsText(caches.policies(), clock.now()),
    }),
  };
}
