import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { Group } from '../test/chart/alert-rules.ts';
import { writeRuleTests } from '../test/chart/rule-tests.ts';
import { until } from '../test/cluster/until.ts';
import { tool } from '../test/tools/tools.ts';
import { applyAll } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { NAMESPACE } from './stage/release.ts';
import { LOG_SECRET, openStage, secret } from './stage/stage.ts';
import { EXPECTED_POLICY } from './watch/objects.ts';
import { forget } from './watch/own-office.ts';
import { openWatch, type Watch } from './watch/watch.ts';

const execute = promisify(execFile);
const POLICY = EXPECTED_POLICY;
const SECRET = 'alert-asked';

describe('Alerts that ask for what there is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-rules-'));
  after(async () => {
    rmSync(folder, { recursive: true });
    await forget(await openStage(), POLICY);
  });

  async function passes(name: 'promtool' | 'pint', ...args: readonly string[]): Promise<void> {
    // Whoever listens in this process goes on listening meanwhile.
    const run = execute(await tool(name), [...args], { cwd: folder });
    await run.catch(({ stdout, stderr }) => assert.fail(`${name}: ${stdout}${stderr}`));
  }

  it(
    'are right, and fire and resolve, for the promtool of the newest Prometheus',
    { timeout: 300_000 },
    onStage(async () => {
      const tests = writeRuleTests(folder);
      await passes('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml');
      await passes('promtool', 'test', 'rules', ...tests);
    }),
  );

  it(
    'have no query that the Prometheus of the cluster can not answer, for pint',
    { timeout: 900_000 },
    onStage(async ({ kubectl }) => {
      const watch = await openWatch();
      const { prometheus } = watch;
      await nightsOfBothKinds(watch);
      const said = await kubectl(['get', 'prometheusrule', '-n', NAMESPACE, '-o', 'json']);
      const rules = JSON.parse(said) as { items: { spec: { groups: readonly Group[] } }[] };
      writeFileSync(join(folder, 'loaded.yaml'), stringify({ groups: rules.items.flatMap(({ spec }) => spec.groups) }));
      writeFileSync(join(folder, 'pint.hcl'), pintSettings(prometheus.url));
      await passes('pint', '--no-color', '--config', 'pint.hcl', 'lint', 'loaded.yaml');
    }),
  );
});

/** By schedule, a good one and one that fails: of what has never happened Prometheus has no series. */
async function nightsOfBothKinds({ cluster, dropbox, policy, prometheus }: Watch): Promise<void> {
  const setToken = (token: string): Promise<void> =>
    applyAll(cluster.plane, [secret(SECRET, { ...dropbox.secret, DROPBOX_REFRESH_TOKEN: token })]);
  const untilThere = (expr: string): Promise<unknown> =>
    until(expr, async () => (await prometheus.query(expr)).length > 0, { within: 240_000, everyMs: 1_000 });
  await setToken(dropbox.secret['DROPBOX_REFRESH_TOKEN'] ?? '');
  await policy(POLICY, {
    schedule: '* * * * *',
    source: { dropbox: { credentialsSecretRef: { name: SECRET }, root: '/CASES' } },
    logStore: { postgres: { secretRef: { name: LOG_SECRET } } },
  });
  await untilThere(`kube_cronjob_status_last_successful_time{cronjob="case-backup-${POLICY}"}`);
  await setToken('revoked');
  await untilThere(`kube_job_failed{condition="true", job_name=~"case-backup-${POLICY}-.*"} == 1`);
}

/**
 * A controller that serves the whole cluster, which none here does, is the one whose series has no namespace. A look each
 * five minutes, which is pint's own, would miss most of what a cluster of some minutes has.
 */
const pintSettings = (url: string): string => `
prometheus "watch" {
  uri = "${url}"
}
check "promql/series" {
  lookbackRange = "1h"
  lookbackStep = "10s"
  ignoreLabelsValue = { "case_backup_controller_namespace_served" = ["namespace"] }
}
`;
