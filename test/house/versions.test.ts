import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the package, its lockfile and the chart are of one version', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const lockfile = JSON.parse(read('package-lock.json')) as { readonly version: string };
  const chart = parse(read('charts/case-backup/Chart.yaml')) as Record<'version' | 'appVersion', string>;
  assert.deepEqual([lockfile.version, chart.version, chart.appVersion], [version, version, version]);
});
