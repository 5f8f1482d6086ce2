import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runPrometheus } from '../../scripts/dashboards/proof/prometheus.ts';
import { until } from '../cluster/until.ts';
import { at, one } from './manifest.ts';
import { EVERY_API, render } from './render.ts';

const POLICIES = `case_backup_last_success_timestamp_seconds{namespace="berlin",policy="nightly"} 7
case_backup_last_success_timestamp_seconds{namespace="case-backup",policy="nightly"} 8
case_backup_controller_crd_outdated 0
`;

/** What a controller tells by what it serves; of the whole cluster, the namespace that is served has no name. */
const SCOPES = {
  some: {
    scope: { mode: 'Namespaces', namespaces: ['berlin', 'case-backup'] },
    page: `${POLICIES}case_backup_controller_namespace_served{namespace="berlin"} 1\n`,
    served: 'berlin',
  },
  all: {
    scope: { mode: 'Cluster' },
    page: `${POLICIES}case_backup_controller_namespace_served{namespace=""} 1\n`,
    served: undefined,
  },
} as const;
type Scope = keyof typeof SCOPES;

interface Endpoint {
  readonly honorLabels: boolean;
  readonly metricRelabelings: readonly Readonly<Record<string, unknown>>[];
}

/** As the Prometheus operator writes the ServiceMonitor's endpoint for Prometheus. */
async function scrapeJob(port: number, name: Scope, honorLabels: boolean): Promise<object> {
  const values = { scope: SCOPES[name].scope, metrics: { honorLabels, serviceMonitor: { enabled: true } } };
  const monitor = one(await render(values, { apiVersions: EVERY_API }), 'ServiceMonitor');
  const endpoint = at(monitor, 'spec.endpoints.0') as Endpoint;
  return {
    job_name: `${name}-${honorLabels}`,
    metrics_path: `/${name}`,
    scrape_interval: '1s',
    scrape_timeout: '1s',
    honor_labels: endpoint.honorLabels,
    metric_relabel_configs: endpoint.metricRelabelings.map(({ sourceLabels, targetLabel, ...rest }) => ({
      ...rest,
      ...(sourceLabels === undefined ? {} : { source_labels: sourceLabels }),
      ...(targetLabel === undefined ? {} : { target_label: targetLabel }),
    })),
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { namespace: 'case-backup' } }],
  };
}

describe('The labels by which alerts find a policy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-prometheus-'));
  const server = createServer(({ url }, response) => void response.end(SCOPES[url?.slice(1) as Scope].page));
  let prometheus: Awaited<ReturnType<typeof runPrometheus>>;

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const jobs = (['some', 'all'] as const).flatMap((name) => [true, false].map((on) => scrapeJob(port, name, on)));
    prometheus = await runPrometheus(folder, { scrape_configs: await Promise.all(jobs) });
  });
  after(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const seriesOf = (name: Scope, honorLabels: boolean): Promise<Readonly<Record<string, string>>[]> =>
    until(`the page of ${name} to be scraped`, async () => {
      const query = `{__name__=~"case_backup_.+", job="${name}-${honorLabels}"}`;
      const found = await prometheus.ask(query, { time: Date.now() / 1000 });
      const labels = found.map(({ metric: { instance: _, job: __, ...rest } }) => rest);
      return labels.length > 0 && labels.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    });

  for (const [name, what] of [
    ['some', 'some namespaces'],
    ['all', 'the whole cluster'],
  ] as const)
    it(`are the same for a Prometheus that honours none, of a controller of ${what}`, async () => {
      const honoured = await seriesOf(name, true);
      assert.deepEqual(
        honoured.map(({ namespace, policy }) => [namespace, policy]).filter(([, policy]) => policy !== undefined),
        [
          ['berlin', 'nightly'],
          ['case-backup', 'nightly'],
        ],
      );
      const served = honoured.find((labels) => labels['__name__']?.endsWith('_namespace_served'));
      assert.ok(served);
      assert.equal(served['namespace'], SCOPES[name].served);
      assert.deepEqual(await seriesOf(name, false), honoured);
    });
});
