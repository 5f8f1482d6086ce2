import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { KUBERNETES_VERSION, OTHER_RELEASES, versionOf } from '../cluster/build.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the package, its lockfile and the chart are of one version', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const lockfile = JSON.parse(read('package-lock.json')) as { readonly version: string };
  const chart = parse(read('charts/case-backup/Chart.yaml')) as Record<'version' | 'appVersion', string>;
  assert.deepEqual([lockfile.version, chart.version, chart.appVersion], [version, version, version]);
});

test('the oldest Kubernetes that is promised is the oldest that is tried', () => {
  const tried = OTHER_RELEASES.map((release) => versionOf(release).slice(1));
  const [oldest = ''] = tried;
  const { kubeVersion } = parse(read('charts/case-backup/Chart.yaml')) as { readonly kubeVersion: string };
  assert.equal(kubeVersion, `>=${oldest}-0`);
  const promise = `Kubernetes ${oldest.replace(/\.0$/, '')} or newer`;
  for (const page of ['README.md', 'charts/case-backup/README.md', 'docs/kubernetes.md'])
    assert.ok(read(page).includes(promise), `${page} does not say ${promise}`);
  for (const version of [...tried, KUBERNETES_VERSION.slice(1)])
    assert.ok(read('docs/kubernetes.md').includes(version), `docs/kubernetes.md does not name ${version}`);
});
