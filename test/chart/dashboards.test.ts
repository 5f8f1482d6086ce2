import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NAMES, textOf } from '../dashboards/boards.ts';
import { at, one, type Rendered } from './manifest.ts';
import { type RenderOptions, render } from './render.ts';

const boards = async (dashboards: object, options: RenderOptions = {}): Promise<Rendered[]> =>
  (await render({ dashboards }, options)).filter(({ metadata }) => metadata.name.includes('-dashboard-'));

describe('The dashboards of the chart', () => {
  it('are not there unless asked for', async () => {
    assert.deepEqual(await boards({}), []);
  });

  it('come whole, each in a ConfigMap that a sidecar finds by its label, under a name that no other file has', async () => {
    const objects = await boards({ enabled: true });
    assert.equal(objects.length, NAMES.length);
    for (const name of NAMES) {
      const map = one(objects, 'ConfigMap', `case-backup-dashboard-${name}`);
      assert.equal(map.metadata.namespace, 'case-backup');
      assert.equal(map.metadata.labels?.['grafana_dashboard'], '1');
      assert.deepEqual(Object.entries(at(map, 'data') ?? {}), [[`case-backup-${name}.json`, textOf(name).trimEnd()]]);
    }
  });

  it('go where a sidecar looks that is set up otherwise', async () => {
    const objects = await boards({
      enabled: true,
      namespace: 'monitoring',
      labels: { dashboards: 'team-backup' },
      annotations: { 'example.com/owner': 'operations' },
      folder: 'Backups',
    });
    for (const { metadata } of objects) {
      assert.equal(metadata.namespace, 'monitoring');
      assert.equal(metadata.labels?.['dashboards'], 'team-backup');
      assert.deepEqual(metadata.annotations, { 'example.com/owner': 'operations', grafana_folder: 'Backups' });
    }
  });

  it('bear the name of their release, so that two releases do not quarrel about one object', async () => {
    const names = (await boards({ enabled: true }, { release: 'second' })).map(({ metadata }) => metadata.name);
    assert.deepEqual(names.sort(), NAMES.map((name) => `second-case-backup-dashboard-${name}`).sort());
  });
});
