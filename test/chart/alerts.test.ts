import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { alertsOf, metricsIn, ruleGroups } from './alert-rules.ts';
import { ruleTestFiles, writeRuleTests } from './rule-tests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** promtool's own format; `rules.yaml` is what the chart renders. */
interface RuleTest {
  readonly name: string;
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

/** Those of kube-state-metrics 2.18 that are asked for; it calls all of them stable but the first. */
const OF_KUBE_STATE_METRICS = [
  'kube_cronjob_status_last_successful_time',
  'kube_cronjob_status_last_schedule_time',
  'kube_cronjob_next_schedule_time',
  'kube_cronjob_created',
  'kube_cronjob_spec_suspend',
  'kube_job_created',
  'kube_job_failed',
  'kube_job_owner',
];
const OF_PROMETHEUS = ['up'];

const HEADINGS = ['What it means', 'What is at stake', 'Look', 'Do', 'What it is not', 'When to call for help'];

describe("The chart's alerts", () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-alerts-'));
  const files = ruleTestFiles();
  const groups = ruleGroups();
  const alerts = alertsOf(groups);
  let tests: readonly string[];

  before(() => {
    tests = writeRuleTests(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]): { readonly status: number | null; readonly output: string } => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };

  it('are rules without a fault, for promtool', () => {
    const { status, output } = run('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml');
    assert.equal(status, 0, output);
  });

  it('fire, stay silent and resolve as their tests say', () => {
    const { status, output } = run('test', 'rules', ...tests);
    assert.equal(status, 0, output);
  });

  it('have a test each in which they fire, one in which they stay silent, and one in which they resolve', () => {
    const tests = files.flatMap((file) => (parse(read(file)) as { tests: RuleTest[] }).tests);
    const faults = alerts.flatMap(({ alert }) => {
      const expected = tests.map(({ alert_rule_test: all }) =>
        all.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0),
      );
      const isSilentOnce = expected.some((fires) => fires.length > 0 && !fires.includes(true));
      const resolvesOnce = expected.some((fires) => fires.includes(true) && fires.at(-1) === false);
      const fireOnce = expected.some((fires) => fires.includes(true));
      return fireOnce && isSilentOnce && resolvesOnce ? [] : [{ alert, fireOnce, isSilentOnce, resolvesOnce }];
    });
    assert.deepEqual(faults, []);
  });

  it('stand in a file of their own each, are all rendered, and have a runbook', () => {
    const names = alerts.map(({ alert }) => alert).sort();
    const stems = (pattern: string) =>
      globSync(pattern, { cwd: root })
        .map((file) => basename(file).replace(/\.[a-z]+$/, ''))
        .sort();
    assert.deepEqual(stems('charts/case-backup/files/alerts/CaseBackup*.yaml'), names);
    assert.deepEqual(stems('docs/runbooks/CaseBackup*.md'), names);
    const index = read('docs/runbooks/README.md');
    assert.deepEqual(
      names.filter((name) => !index.includes(`(${name}.md)`)),
      [],
    );
  });

  it('have each been made to fire by their cause on a real node, or it is said why not', () => {
    const page = read('docs/e2e.md');
    const told = alerts.filter(
      ({ alert }) => page.includes(`\n| ${alert} |`) || page.includes(`(runbooks/${alert}.md)`),
    );
    assert.deepEqual(told, alerts);
  });

  it('have runbooks that all say the same six things, and an index by severity', () => {
    const index = read('docs/runbooks/README.md').split(/^## /m);
    for (const { alert, labels, annotations } of alerts) {
      const page = read(`docs/runbooks/${alert}.md`);
      assert.deepEqual(
        [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading),
        [alert, ...HEADINGS],
      );
      const severity = labels['severity'] ?? '';
      assert.ok(page.includes(`\nSeverity: ${severity}. `), alert);
      const row = `| [${alert}](${alert}.md) | ${annotations['summary']} |`;
      assert.deepEqual(
        index.filter((section) => section.includes(row)).map((section) => section.split(':')[0]),
        [severity],
      );
    }
  });

  it('say in one sentence what is at stake, whom it concerns, and where to read on', () => {
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels['severity'] ?? '', /^(critical|warning|info)$/, alert);
      assert.match(annotations['summary'] ?? '', /^[A-Z][^.{}\n]+\.$/, alert);
      assert.match(
        annotations['description'] ?? '',
        /\{\{ ?(with )?\$labels\.namespace|in namespace case-backup/,
        alert,
      );
      assert.match(annotations['runbook_url'] ?? '', new RegExp(`/${alert}$`), alert);
    }
  });

  it('ask for metrics that there are', () => {
    const told = new Set([...read('docs/metrics.md').matchAll(/^\| `([a-z_]+)/gm)].map(([, name]) => name ?? ''));
    const rules = groups.flatMap(({ rules }) => rules);
    const known = new Set([...told, ...OF_KUBE_STATE_METRICS, ...OF_PROMETHEUS, ...rules.map(({ record }) => record)]);
    const asked = new Set(rules.flatMap(({ expr }) => metricsIn(expr)));
    assert.deepEqual(
      [...asked].filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual(
      [...OF_KUBE_STATE_METRICS, ...rules.flatMap(({ record }) => record ?? [])].filter((name) => !asked.has(name)),
      [],
    );
  });

  it("ask for the controller's metrics alone, and never for those of a running job", () => {
    const selectors = groups.flatMap(({ rules }) =>
      rules.flatMap(({ expr }) => expr.match(/\b(case_backup|up)\w*[^:\w]/g)),
    );
    assert.deepEqual(
      selectors.filter((found) => found !== null && !found.endsWith('{')),
      [],
    );
    const exprs = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)).join('\n');
    const jobs = [...exprs.matchAll(/\b(?:case_backup_|up|leader_election_|controller_runtime_)\w*\{([^}]*)\}/g)];
    assert.ok(jobs.length > 60);
    for (const [all, labels = ''] of jobs) assert.match(labels, /^job="case-backup"/, all);
  });
});
