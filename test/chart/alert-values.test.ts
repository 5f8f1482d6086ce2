import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { alertsOf, type Group, RUNBOOKS, ruleGroups } from './alert-rules.ts';
import { CHART } from './helm.ts';
import { EVERY_API, type RenderOptions, RenderRefused, render } from './render.ts';

/** The groups of the rendered PrometheusRule, of a cluster that has the kind; `alerts` on top of the one expected policy. */
async function rendered(alerts: object = {}, options: RenderOptions = {}): Promise<readonly Group[]> {
  const expectedPolicies = [{ namespace: 'cases', name: 'nightly' }];
  const values = { alerts: { enabled: true, expectedPolicies, runbookUrl: RUNBOOKS, ...alerts } };
  const objects = await render(values, { apiVersions: EVERY_API, ...options });
  return objects
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => (spec as { groups: readonly Group[] }).groups);
}

const groups = ruleGroups();
const alerts = alertsOf(groups);

describe("The chart's alerts, by values", () => {
  it('are by default those that the tests of each alert have tried', async () => {
    assert.deepEqual(await rendered(), groups);
  });

  it('lead by default to the pages of the repository that the chart names', async () => {
    const { home } = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as { home: string };
    const { alerts } = parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as { alerts: { runbookUrl: string } };
    assert.equal(alerts.runbookUrl, `${home}/blob/main/docs/runbooks/%s.md`);
  });

  it('are the only ones that values may name', async () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as {
      definitions: { alertName: { enum: readonly string[] } };
    };
    assert.deepEqual(schema.definitions.alertName.enum, alerts.map(({ alert }) => alert).sort());
    await assert.rejects(rendered({ disabled: ['CaseBackupMised'] }), RenderRefused);
    await assert.rejects(rendered({ overrides: { CaseBackupMised: { severity: 'info' } } }), RenderRefused);
  });

  it('can each be switched off', async () => {
    for (const { alert } of alerts.filter((_, index) => index % 8 === 0))
      assert.deepEqual(
        alertsOf(await rendered({ disabled: [alert] })),
        alerts.filter((other) => other.alert !== alert),
      );
    const recordings = (await rendered({ disabled: alerts.map(({ alert }) => alert) })).flatMap(({ rules }) => rules);
    assert.deepEqual(
      recordings.filter(({ alert }) => alert !== undefined),
      [],
    );
  });

  it('can each have another severity, another patience and labels besides', async () => {
    const change = { severity: 'info', for: '2m', keepFiringFor: '3m', labels: { team: 'office' } };
    const overrides = Object.fromEntries(alerts.map(({ alert }) => [alert, change]));
    assert.deepEqual(
      alertsOf(await rendered({ overrides })),
      alerts.map((rule) => ({
        ...rule,
        for: '2m',
        keep_firing_for: '3m',
        labels: { ...rule.labels, team: 'office', severity: 'info' },
      })),
    );
  });

  it('take labels for all of them, below those of one alert', async () => {
    const changed = alertsOf(
      await rendered({
        ruleLabels: { team: 'platform', cluster: 'a' },
        overrides: { CaseBackupMissed: { labels: { team: 'office' } } },
      }),
    );
    for (const [index, { alert, labels }] of changed.entries()) {
      const team = alert === 'CaseBackupMissed' ? 'office' : 'platform';
      assert.deepEqual(labels, { ...alerts[index]?.labels, cluster: 'a', team });
    }
  });

  it('do without kube-state-metrics', async () => {
    const without = await rendered({ kubeStateMetrics: { enabled: false } });
    assert.deepEqual(
      without,
      groups.filter(({ name }) => name !== 'case-backup.kube-state-metrics'),
    );
    assert.doesNotMatch(JSON.stringify(without), /kube_/);
  });

  it('watch for each policy that is expected, in whatever namespace', async () => {
    const expectedPolicies = [
      { namespace: 'cases', name: 'nightly' },
      { namespace: 'archive', name: 'weekly' },
    ];
    const absent = (groups: readonly Group[]) =>
      alertsOf(groups).filter(({ alert }) => alert === 'CaseBackupPolicyAbsent');
    const selectors = absent(await rendered({ expectedPolicies })).map(({ expr }) => /absent\((.*)\)/.exec(expr)?.[1]);
    assert.deepEqual(
      selectors,
      expectedPolicies.map(
        ({ namespace, name }) =>
          `case_backup_policy_info{job="case-backup", namespace="${namespace}", policy="${name}"}`,
      ),
    );
    assert.deepEqual(absent(await rendered({ expectedPolicies: [] })), []);
  });

  it('miss the controller of their own release, not of another', async () => {
    const down = alertsOf(await rendered({}, { namespace: 'office-7' })).find(
      ({ alert }) => alert === 'CaseBackupControllerDown',
    );
    assert.match(down?.expr ?? '', /up\{job="case-backup", namespace="office-7"\}/);
    assert.equal(down?.labels['namespace'], 'office-7');
  });

  it('lead to runbooks of your own, and stand beside rules of your own', async () => {
    const own = { alert: 'OfficeClosed', expr: 'vector(1)' };
    const changed = await rendered({ runbookUrl: 'https://wiki.example/%s', additionalRules: [own] });
    assert.deepEqual(changed.at(-1), { name: 'case-backup.additional', rules: [own] });
    for (const { alert, annotations } of alertsOf(changed.slice(0, -1)))
      assert.equal(annotations['runbook_url'], `https://wiki.example/${alert}`);
    for (const { annotations } of alertsOf(await rendered({ runbookUrl: '' })))
      assert.deepEqual(Object.keys(annotations).sort(), ['description', 'summary']);
  });
});
