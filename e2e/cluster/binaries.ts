import { join } from 'node:path';
import { versionFlags } from '../../test/cluster/build.ts';
import { built, type GoBuild } from '../../test/tools/go-build.ts';

const NODE: GoBuild = {
  name: 'node',
  folder: join(import.meta.dirname, 'go'),
  modules: 'go',
  packagePath: '.',
  flags: ['-ldflags', versionFlags()],
  orElse: 'which nothing else can stand in for here',
};

/** Path of the binary with kubelet, kube-proxy and kube-scheduler (go/main.go). */
export const nodeBinary = (): Promise<string> => built(NODE);

/** Path of the program of a pod's first container (go/pause/main.go). */
export const pauseBinary = (): Promise<string> =>
  built({ ...NODE, name: 'pause', packagePath: './pause', flags: ['-ldflags', '-s -w'] });
