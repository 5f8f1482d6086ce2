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

/** Releases that are tried beside the bench's own: the oldest that README promises, and later ones. */
export const OTHER_RELEASES = ['1.31', '1.34', '1.37'] as const;
export type OtherRelease = (typeof OTHER_RELEASES)[number];

/** Of the control plane that `releaseBinary` gives: v1.31.0. */
export const versionOf = (release: OtherRelease): string =>
  requiredVersion(SOURCES, 'k8s.io/kubernetes', modulesOf(release));

/** Path of the same programs of another release. */
export function releaseBinary(release: OtherRelease): Promise<string> {
  const modules = modulesOf(release);
  const flags = [`-modfile=${modules}.mod`, UNOPTIMIZED, '-ldflags', versionFlags(versionOf(release))];
  return built({ ...PLANE, name: modules, modules, flags });
}

/** Path of its validation of CRDs (go/crd-check/main.go); a minute and a half on 2 idle cores. */
export function crdCheckBinary(release: OtherRelease): Promise<string> {
  const modules = modulesOf(release);
  return built({
    name: `crd-check-${release}`,
    folder: join(SOURCES, 'crd-check'),
    modules,
    packagePath: '.',
    flags: [`-modfile=${modules}.mod`, UNOPTIMIZED],
    orElse: OR_ELSE,
  });
}

/** Takes half the time to build what runs for a minute. */
const UNOPTIMIZED = '-gcflags=all=-N -l';

/** Name of the .mod file that says what it is made of, and of its .sum file. */
const modulesOf = (release: OtherRelease): string => `kubernetes-${release}`;

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
export function versionFlags(version = KUBERNETES_VERSION): string {
  const [major, minor] = version.slice(1).split('.');
  const base = 'k8s.io/component-base/version';
  return [
    `-s -w -X ${base}.gitVersion=${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ].join(' ');
}

if (import.meta.main) console.log(await kubernetesBinary());
