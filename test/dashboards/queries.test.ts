import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { POLICY_METRICS } from '../../src/controller/policy/policy-metrics.ts';
import { BOARDS, filledIn, metricsIn, queriesOf } from './boards.ts';

const queries = BOARDS.flatMap(({ board }) => queriesOf(board).map(({ expr }) => expr));
const asked = new Set(queries.flatMap(metricsIn));

/** What Prometheus makes itself. */
const PROMETHEUS = ['up', 'ALERTS'];
/** Node's own, which docs/metrics.md names as a group. */
const NODE = /^(process|nodejs)_/;

/** Told better by another one. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  case_backup_last_run_success: 'the condition LastRunSucceeded says the same, and Unknown besides',
  case_backup_last_verification_success: 'the condition Verified says the same, and Unknown besides',
};

test('every query is one that Prometheus can read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-queries-'));
  const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr: filledIn(expr) }));
  const file = join(folder, 'queries.json');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, new RegExp(`\\b${queries.length} rules found`));
  assert.ok(
    queries.every((expr) => !filledIn(expr).includes('$')),
    'a variable that Grafana alone would fill in is left',
  );
});

test('every metric that is asked for is one that docs/metrics.md has', () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = new Set([...page.matchAll(/^\| `(\w+)/gm)].map(([, name = '']) => name));
  const unknown = [...asked].filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return !documented.has(name) && !documented.has(base) && !NODE.test(name) && !PROMETHEUS.includes(name);
  });
  assert.deepEqual(unknown, []);
});

test('every metric of a policy is shown on a dashboard, but for those that another one tells better', () => {
  const missing = POLICY_METRICS.map(({ name }) => name).filter((name) => !asked.has(name));
  assert.deepEqual(missing, Object.keys(NOT_ASKED));
});
