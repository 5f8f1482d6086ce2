import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const NAMESPACE = 'case-backup';
const CONTROLLER = 'case-backup-controller';
const JOB_POD = { name: 'job-pod', file: '/etc/case-backup/job-pod.yaml' };

interface Manifest {
  readonly kind: string;
  readonly spec?: {
    template: { spec: { volumes?: object[]; containers: { args: string[]; volumeMounts?: object[] }[] } };
  };
}

export interface Installation {
  readonly image: string;
  /** What every job's pod gets, as in the file of the controller's --job-pod. */
  readonly jobPod: object;
}

/** The product into an empty cluster, as the README says: the kind, then the controller with that image. */
export async function install(plane: ControlPlane, { image, jobPod }: Installation): Promise<void> {
  const kubectl = kubectlOf(plane);
  await kubectl(['apply', '-f', join(ROOT, 'k8s', 'crds')]);
  const text = readFileSync(join(ROOT, 'k8s', 'controller.yaml'), 'utf8').replaceAll('case-backup:dev', image);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  for (const object of objects) if (object.kind === 'Deployment') mountJobPod(object);
  await kubectl(['apply', '-f', '-'], [...objects, jobPodMap(jobPod)].map((object) => stringify(object)).join('---\n'));
  await kubectl(['rollout', 'status', `deployment/${CONTROLLER}`, '-n', NAMESPACE, '--timeout=120s']);
}

export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Throws kubectl's own words when it fails. */
export const kubectlOf =
  (plane: ControlPlane): Kubectl =>
  async (args, input = '') => {
    const { code, stdout, stderr } = await plane.kubectl(args, { input, within: 300_000 });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };

const jobPodMap = (jobPod: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: JOB_POD.name, namespace: NAMESPACE },
  data: { 'job-pod.yaml': stringify(jobPod) },
});

function mountJobPod({ spec }: Manifest): void {
  const pod = spec?.template.spec;
  const container = pod?.containers[0];
  if (!pod || !container) throw new Error('the manifest has a Deployment without a container');
  pod.volumes = [{ name: JOB_POD.name, configMap: { name: JOB_POD.name } }];
  container.volumeMounts = [{ name: JOB_POD.name, mountPath: '/etc/case-backup', readOnly: true }];
  container.args.push('--job-pod', JOB_POD.file);
}
