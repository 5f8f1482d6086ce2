import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { installedGo } from './go-tool.ts';
import { requiredVersion } from './required-version.ts';

const FOLDER = join(import.meta.dirname, 'monitoring-crds');
const MODULE = 'github.com/prometheus-operator/prometheus-operator';

/** Of the kinds that the chart may make. */
const NAMES = ['servicemonitors', 'podmonitors', 'prometheusrules'];

/** The definitions of ServiceMonitor, PodMonitor and PrometheusRule, out of the module of the operator that reads them. */
export function monitoringCrds(): object[] {
  const folder = operatorCrds();
  return NAMES.map((name) => parse(readFileSync(join(folder, `monitoring.coreos.com_${name}.yaml`), 'utf8')) as object);
}

/** Folder with all definitions of the operator, in Go's own cache: 4 MB, which are not kept in a second place. */
export function operatorCrds(): string {
  const go = installedGo(FOLDER, 'it fetches the definitions of the monitoring kinds');
  const version = requiredVersion(FOLDER, MODULE);
  const said = execFileSync(go.path, ['mod', 'download', '-json', `${MODULE}@${version}`], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '' },
    timeout: 300_000,
  });
  return join((JSON.parse(said) as { Dir: string }).Dir, 'example/prometheus-operator-crd');
}
