import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_PORT } from '../../src/api/kubernetes-names.ts';
import { labelsOf } from '../../src/controller/pod-template.ts';
import { at, one, type Rendered } from './manifest.ts';
import { EVERY_API, RenderRefused, render } from './render.ts';

const ON = { enabled: true, labels: { release: 'kps' } };
const MONITORED = { metrics: { serviceMonitor: ON, podMonitor: ON }, alerts: ON };
const KINDS = ['PodMonitor', 'PrometheusRule', 'ServiceMonitor'];

const monitoring = (objects: readonly Rendered[]): Rendered[] => objects.filter(({ kind }) => KINDS.includes(kind));

const isSelected = (labels: object | undefined, selector: unknown): boolean =>
  Object.entries(selector as object).every(([name, value]) => Reflect.get(labels ?? {}, name) === value);

const jobLabel = (relabelings: unknown): unknown =>
  (relabelings as { targetLabel?: string; replacement?: string }[]).find(({ targetLabel }) => targetLabel === 'job')
    ?.replacement;

describe('The monitors', () => {
  it('are off unless wanted', async () => {
    assert.deepEqual(monitoring(await render({}, { apiVersions: EVERY_API })), []);
  });

  it('bear the labels by which a Prometheus finds them, in the namespace that is asked for', async () => {
    const objects = monitoring(await render(MONITORED, { apiVersions: EVERY_API }));
    assert.deepEqual(objects.map(({ kind }) => kind).sort(), KINDS);
    for (const { kind, metadata } of objects) {
      assert.equal(metadata.labels?.['release'], 'kps', kind);
      assert.equal(metadata.namespace, 'case-backup', kind);
    }
    const elsewhere = { ...ON, namespace: 'monitoring' };
    const values = { metrics: { serviceMonitor: elsewhere, podMonitor: elsewhere }, alerts: elsewhere };
    for (const { kind, metadata } of monitoring(await render(values, { apiVersions: EVERY_API })))
      assert.equal(metadata.namespace, 'monitoring', kind);
  });

  it('select the Service of the metrics and call it case-backup, whatever the release is called', async () => {
    const objects = await render(
      { ...MONITORED, nameOverride: 'nights' },
      { apiVersions: EVERY_API, release: 'office', namespace: 'office-7' },
    );
    const monitor = one(objects, 'ServiceMonitor');
    const services = objects.filter(
      ({ kind, metadata }) =>
        kind === 'Service' && isSelected(metadata.labels, at(monitor, 'spec.selector.matchLabels')),
    );
    assert.equal(services.length, 1);
    assert.equal(at(services[0], 'spec.ports.0.name'), at(monitor, 'spec.endpoints.0.port'));
    assert.deepEqual(at(monitor, 'spec.namespaceSelector.matchNames'), ['office-7']);
    assert.equal(at(monitor, 'spec.endpoints.0.honorLabels'), true);
    assert.equal(jobLabel(at(monitor, 'spec.endpoints.0.relabelings')), 'case-backup');
  });

  it("select the jobs' pods as the controller labels them, under a name that is not the controller's", async () => {
    const monitor = one(
      await render({ ...MONITORED, nameOverride: 'nights' }, { apiVersions: EVERY_API }),
      'PodMonitor',
    );
    assert.ok(isSelected(labelsOf('nightly', 'backup'), at(monitor, 'spec.selector.matchLabels')));
    assert.equal(at(monitor, 'spec.podMetricsEndpoints.0.port'), RUN_PORT.name);
    assert.equal(jobLabel(at(monitor, 'spec.podMetricsEndpoints.0.relabelings')), 'case-backup-run');
  });

  it('look for jobs in the namespaces that are served', async () => {
    const selected = async (scope: object): Promise<unknown> =>
      at(
        one(await render({ ...MONITORED, scope }, { apiVersions: EVERY_API }), 'PodMonitor'),
        'spec.namespaceSelector',
      );
    assert.deepEqual(await selected({}), { matchNames: ['case-backup'] });
    assert.deepEqual(await selected({ mode: 'Namespaces', namespaces: ['b', 'a'] }), { matchNames: ['a', 'b'] });
    assert.deepEqual(await selected({ mode: 'Cluster' }), { any: true });
  });

  it('pass on how often, how long and what to relabel', async () => {
    const own = { targetLabel: 'site', replacement: 'berlin' };
    const how = { enabled: true, interval: '7s', scrapeTimeout: '5s', relabelings: [own], metricRelabelings: [own] };
    const values = { metrics: { serviceMonitor: how, podMonitor: how, honorLabels: false } };
    const objects = await render(values, { apiVersions: EVERY_API });
    for (const path of ['ServiceMonitor spec.endpoints.0', 'PodMonitor spec.podMetricsEndpoints.0']) {
      const [kind = '', fields = ''] = path.split(' ');
      const endpoint = at(one(objects, kind), fields) as Record<string, unknown>;
      assert.equal(endpoint['interval'], '7s');
      assert.equal(endpoint['scrapeTimeout'], '5s');
      assert.equal(endpoint['honorLabels'], false);
      assert.deepEqual((endpoint['relabelings'] as unknown[]).at(-1), own);
      assert.deepEqual((endpoint['metricRelabelings'] as unknown[]).at(-1), own);
    }
  });

  it('are skipped, missed or rendered all the same where the cluster lacks their kinds', async () => {
    assert.deepEqual(monitoring(await render(MONITORED)), []);
    const on = (renderMode: string) => ({ enabled: true, renderMode });
    for (const [key, values] of [
      ['metrics.serviceMonitor.renderMode', { metrics: { serviceMonitor: on('failIfMissing') } }],
      ['metrics.podMonitor.renderMode', { metrics: { podMonitor: on('failIfMissing') } }],
      ['alerts.renderMode', { alerts: on('failIfMissing') }],
    ] as const)
      await assert.rejects(render(values), (error) => error instanceof RenderRefused && error.message.includes(key));
    const always = on('alwaysRender');
    const all = monitoring(await render({ metrics: { serviceMonitor: always, podMonitor: always }, alerts: always }));
    assert.deepEqual(all.map(({ kind }) => kind).sort(), KINDS);
  });
});
