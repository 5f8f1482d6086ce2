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
import { tool } from '../test/tools/tools.ts';
import { onStage } from './stage/on-stage.ts';
import { NAMESPACE } from './stage/release.ts';
import { openWatch } from './watch/watch.ts';

const execute = promisify(execFile);

describe('Alerts that ask for what there is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-rules-'));
  after(() => rmSync(folder, { recursive: true }));

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
    { timeout: 300_000 },
    onStage(async ({ kubectl }) => {
      const { prometheus } = await openWatch();
      const said = await kubectl(['get', 'prometheusrule', '-n', NAMESPACE, '-o', 'json']);
      const rules = JSON.parse(said) as { items: { spec: { groups: readonly Group[] } }[] };
      writeFileSync(join(folder, 'loaded.yaml'), stringify({ groups: rules.items.flatMap(({ spec }) => spec.groups) }));
      writeFileSync(join(folder, 'pint.hcl'), pintSettings(prometheus.url));
      await passes('pint', '--no-color', '--config', 'pint.hcl', 'lint', 'loaded.yaml');
    }),
  );
});

/** A controller that serves the whole cluster, which none here does, is the one whose series has no namespace. */
const pintSettings = (url: string): string => `
prometheus "watch" {
  uri = "${url}"
}
check "promql/series" {
  ignoreLabelsValue = { "case_backup_controller_namespace_served" = ["namespace"] }
}
`;
