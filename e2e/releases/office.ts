import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropboxEnv } from '../../test/cli/policy-file.ts';
import { type OtherRelease, releaseBinary } from '../../test/cluster/build.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import type { Launch } from '../../test/cluster/pod-process.ts';
import { type Starting, startProcessKubelet } from '../../test/cluster/process-kubelet.ts';
import { type Policies, policiesIn } from '../../test/controller/policies-in.ts';
import { type Emulator, startEmulator } from '../../test/dropbox/emulator.ts';
import type { Dropbox } from '../stage/dropbox.ts';
import { type Kubectl, kubectlOf } from '../stage/kubectl.ts';
import { NAMESPACE, type Release, releaseIn } from '../stage/release.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CASES = ['USA001_John_Smith', 'USA002_Jane_Doe'];

/** A control plane of some release, without the product yet; its pods are processes of this machine. */
export interface Office {
  readonly plane: ControlPlane;
  readonly policies: Policies;
  readonly dropbox: Pick<Dropbox, 'download' | 'list'>;
  readonly kubectl: Kubectl;
  readonly helm: Release['helm'];
  /** The chart and a Secret, as the README makes them. */
  install(): Promise<void>;
  stop(): Promise<void>;
}

export async function openOffice(release: OtherRelease): Promise<Office> {
  const plane = await startControlPlane({ binary: await releaseBinary(release) });
  const work = mkdtempSync(join(tmpdir(), 'case-backup-release-'));
  const emulator = await startEmulator();
  for (const name of CASES) emulator.tree.put(`/CASES/${name}/letter.txt`, `Dear ${name}, `.repeat(1000));
  const kubectl = kubectlOf(plane);
  const kubelet = await startProcessKubelet(plane, NAMESPACE, launcher(plane, emulator, work));
  const product = releaseIn(plane, {});
  return {
    plane,
    policies: policiesIn(plane, NAMESPACE),
    dropbox: { download: (path) => emulator.tree.read(path), list: async () => CASES },
    kubectl,
    helm: product.helm,
    async install() {
      await kubectl(['create', 'namespace', NAMESPACE]);
      await kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted']);
      await product.install();
      const { CASE_BACKUP_DROPBOX_ORIGIN: _, ...secrets } = dropboxEnv(emulator);
      const literals = Object.entries(secrets).map(([name, value]) => `--from-literal=${name}=${value}`);
      await kubectl(['create', 'secret', 'generic', 'dropbox', '-n', NAMESPACE, ...literals]);
    },
    async stop() {
      await kubelet.stop();
      await plane.stop();
      await emulator.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** What the image would run, with the arguments of the pod; each has its port and its folder here. */
const launcher =
  (plane: ControlPlane, emulator: Emulator, work: string) =>
  async ({ pod, env }: Starting): Promise<Launch> => {
    const [container] = pod.spec.containers;
    const [, ...command] = container?.command ?? ['node', 'cmd/backup-job/main.ts'];
    const args = (container?.args ?? []).map((word) => (word === '8080' ? '127.0.0.1:0' : word));
    const isController = pod.metadata.labels?.['app.kubernetes.io/component'] === 'controller';
    // In a pod it finds the API server, its token and its namespace by itself.
    const account = isController && (await plane.serviceAccount(NAMESPACE, pod.spec.serviceAccountName ?? ''));
    return {
      argv: [process.execPath, ...command, ...args, ...(account ? ['--kubeconfig', account] : [])],
      env: {
        ...env,
        CASE_BACKUP_DROPBOX_ORIGIN: emulator.origin,
        CASE_BACKUP_WORK_DIR: work,
        PATH: process.env['PATH'] ?? '',
      },
      cwd: ROOT,
    };
  };
