import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { crdFile } from './crd-file.ts';
import { boardJson } from './dashboards/board.ts';
import { FLEET_BOARD } from './dashboards/fleet-board.ts';
import { POLICY_BOARD } from './dashboards/policy-board.ts';
import { exitCodesPage } from './exit-codes-page.ts';
import { installManifest } from './install-manifest.ts';
import { metricsPage } from './metrics-page.ts';
import { policyPage } from './policy-page.ts';
import { troubleshootingPage } from './troubleshooting-page.ts';

/** Writes the files that follow from the code; with --check it only compares, and names the ones that are stale. */
const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/policy.md': policyPage,
  'docs/exit-codes.md': exitCodesPage,
  'docs/metrics.md': metricsPage,
  'docs/troubleshooting.md': troubleshootingPage,
  'k8s/controller.yaml': installManifest,
  'k8s/crds/casebackup.io_casebackuppolicies.yaml': crdFile,
  'charts/case-backup/files/crds/casebackup.io_casebackuppolicies.yaml': crdFile,
  'charts/case-backup/files/dashboards/fleet.json': () => boardJson(FLEET_BOARD),
  'charts/case-backup/files/dashboards/policy.json': () => boardJson(POLICY_BOARD),
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const stale: string[] = [];
for (const [path, page] of Object.entries(GENERATED)) {
  const file = new URL(`../${path}`, import.meta.url);
  const wanted = await page();
  if (wanted === textOf(file)) continue;
  stale.push(path);
  if (values.check) continue;
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, wanted);
}

if (!values.check)
  console.log(stale.length === 0 ? 'generate: nothing had changed' : `generate: wrote ${stale.join(', ')}`);
else if (stale.length > 0) {
  console.error(`${stale.join(' and ')} ${stale.length > 1 ? 'are' : 'is'} stale; run npm run generate`);
  process.exitCode = 1;
}

function textOf(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
