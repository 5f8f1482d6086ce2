import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { built, type GoBuild } from '../tools/go-build.ts';
import { requiredVersion } from '../tools/required-version.ts';

/**
 * Builds the Kubernetes of the tests: minutes the first time, then it lies in the cache, outside the work tree, under a
 * hash of all it was made from. `node test/cluster/build.ts` does just that.
 */
const SOURCES = join(import.meta.dirname, 'go');
export const READY_BINARY = 'CASE_BACKUP_TEST_KUBERNETES';
/** Of the cluster that the tests start: v1.36.3. */
export const KUBERNETES_VERSION = requiredVersion(SOURCES, 'k8s.io/kubernetes');
const OR_ELSE = `or set ${READY_BINARY} to a ready binary (node test/cluster/build.ts prints its path)`;

/** Path of the binary with etcd, kube-apiserver, kube-controller-manager and kubectl (go/main.go). */
export function kubernetesBinary(): Promise<string> {
  const ready = process.env[READY_BINARY];
  if (ready === undefined || ready === '') return built(PLANE);
  try {
    accessSync(ready, constants.X_OK);
  } catch (cause) {
    return Promise.reject(new Error(`${READY_BINARY} names ${ready}, which cannot be run`, { cause }));
  }
  return Promise.resolve(ready);
}

/** Path of the do-nothing manager in Go (go/idle-manager/main.go); half a minute once the other one is built. */
export function idleManagerBinary(): Promise<string> {
  return built({ ...PLANE, name: 'idle-manager', packagePath: './idle-manager' });
}

/** Releases of Kubernetes whose validation of CRDs can be asked: the oldest that README promises, and later ones. */
export const CRD_RELEASES = ['1.31', '1.34', '1.37'] as const;

/** Path of that validation (go/crd-check/main.go); a minute and a half each on 2 idle cores, since it is not optimized. */
export function crdCheckBinary(release: (typeof CRD_RELEASES)[number]): Promise<string> {
  return built({
    name: `crd-check-${release}`,
    folder: join(SOURCES, 'crd-check'),
    modules: `kubernetes-${release}`,
    packagePath: '.',
    flags: [`-modfile=kubernetes-${release}.mod`, '-gcflags=all=-N -l'],
    orElse: OR_ELSE,
  });
}

const PLANE: GoBuild = {
  name: 'kubernetes',
  folder: SOURCES,
  modules: 'go',
  packagePath: '.',
  flags: ['-ldflags', versionFlags()],
  orElse: OR_ELSE,
};

/**
 * Without these a part calls itself v0.0.0-master, and whoever asks for its version (Helm's kubeVersion) goes wrong.
 */
export function versionFlags(): string {
  const version = KUBERNETES_VERSION;
  const [major, minor] = version.slice(1).split('.');
  const base = 'k8s.io/component-base/version';
  return [
    `-s -w -X ${base}.gitVersion=${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ].join(' ');
}

if (import.meta.main) console.log(await kubernetesBinary());
