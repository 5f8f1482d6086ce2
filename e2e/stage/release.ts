import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, type HelmRun, runHelm } from '../../test/chart/helm.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { DNS_PORT } from '../cluster/places.ts';
import { PRODUCT_IMAGE } from '../images/images.ts';

/** The release and its namespace, as in the README. */
export const NAMESPACE = 'case-backup';
const RELEASE = 'case-backup';

/** The product as Helm has installed it. */
export interface Release {
  /** Helm in the release's namespace; throws Helm's own words when it fails. */
  helm(args: readonly string[], run?: Omit<HelmRun, 'kubeconfig'>): Promise<string>;
  /** With the values that it was made with, over whatever there is of it; resolves when the controller is ready. */
  install(): Promise<void>;
  /** To the values that it was made with and these over them, which is back to those alone without any. */
  upgrade(values?: object): Promise<void>;
  /** Its objects without the tests, as a GitOps tool would apply them. */
  template(): Promise<string>;
}

/** In a namespace that is there; beside the stage's own one of another name and namespace. */
export function releaseIn(
  plane: ControlPlane,
  values: object,
  place = { name: RELEASE, namespace: NAMESPACE },
): Release {
  const { name, namespace } = place;
  const file = join(plane.folder, `${name}-values.json`);
  writeFileSync(file, JSON.stringify(values));
  const helm: Release['helm'] = async (args, run = {}) => {
    const said = await runHelm([...args, '--namespace', namespace], { ...run, kubeconfig: plane.admin() });
    if (said.code !== 0) throw new Error(`helm ${args.join(' ')}: ${said.stderr}`);
    return said.stdout;
  };
  const settled = ['--wait', '--timeout', '3m'];
  return {
    helm,
    async install() {
      const args = ['install', name, CHART, '--values', file, '--take-ownership', '--force-conflicts'];
      await helm([...args, ...settled]);
    },
    async upgrade(over = {}) {
      const args = ['upgrade', name, CHART, '--values', file, '--values', '-', ...settled];
      await helm(args, { input: JSON.stringify(over) });
    },
    template: () => helm(['template', name, CHART, '--values', file, '--no-hooks']),
  };
}

/** What the stage's own release has made is the cluster's; a second one is installed with these values. */
export const SECOND = { crds: { install: false }, rbac: { aggregate: false, runner: false } };

/** What the bench asks of every release: its image, and what differs from most people's clusters. */
export function benchValues({ url }: ControlPlane): object {
  const [, repository, tag] = /^[^/]+\/(.+):(.+)$/.exec(PRODUCT_IMAGE) ?? [];
  return {
    image: { registry: PRODUCT_IMAGE.split('/')[0], repository, tag, pullPolicy: 'Never' },
    // Debian's containerd 1.6 knows no user namespaces.
    controller: { hostUsers: 'true' },
    networkPolicy: { enabled: true, apiServer: { port: Number(new URL(url).port) }, dns: { ports: [DNS_PORT] } },
  };
}
