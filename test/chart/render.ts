import { KUBERNETES_VERSION } from '../cluster/build.ts';
import type { HelmName } from '../tools/tools.ts';
import { CHART, runHelm } from './helm.ts';
import { type Rendered, readManifest } from './manifest.ts';

export interface RenderOptions {
  /** The newest Helm 4 unless told. */
  readonly helm?: HelmName;
  /** That of the tests' own cluster unless told. */
  readonly kubeVersion?: string;
  /** What the cluster serves besides Kubernetes' own: nothing, as in an empty one, unless told. */
  readonly apiVersions?: readonly string[];
  readonly release?: string;
  readonly namespace?: string;
}

/** All optional kinds that the chart asks a cluster for. */
export const EVERY_API = [
  ...['casebackup.io/v1alpha1', 'casebackup.io/v1alpha1/CaseBackupPolicy'],
  ...['monitoring.coreos.com/v1', 'monitoring.coreos.com/v1/ServiceMonitor'],
  ...['monitoring.coreos.com/v1/PodMonitor', 'monitoring.coreos.com/v1/PrometheusRule'],
];

/** Helm, or the chart by Helm, takes the values for wrong; the message is what a user reads. */
export class RenderRefused extends Error {
  override readonly name = 'RenderRefused';
}

/** The objects that the chart makes of `values` (those that differ from the defaults), hooks included. */
export async function render(values: object = {}, options: RenderOptions = {}): Promise<Rendered[]> {
  return readManifest(await renderText(values, options));
}

export async function renderText(values: object = {}, options: RenderOptions = {}): Promise<string> {
  const { release = 'case-backup', namespace = 'case-backup', kubeVersion = KUBERNETES_VERSION } = options;
  const { helm = 'helm4', apiVersions = [] } = options;
  const { code, stdout, stderr } = await runHelm(
    [
      ...['template', release, CHART, '--namespace', namespace, '--values', '-', '--kube-version', kubeVersion],
      ...apiVersions.flatMap((version) => ['--api-versions', version]),
    ],
    { helm, input: JSON.stringify(values) },
  );
  if (code === 0) return stdout;
  throw new RenderRefused(
    stderr
      .replace(/^level=INFO .*\n/gm, '')
      .replace(/^Error: /m, '')
      .replace(/^Use --debug flag .*$/m, '')
      .trim(),
  );
}
