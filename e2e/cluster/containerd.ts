import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../../test/cluster/component.ts';
import { until } from '../../test/cluster/until.ts';
import { command } from './command.ts';
import { BRIDGE, CNI_NETWORK, NODE_ADDRESS, PAUSE_IMAGE, type Places, POD_RANGE, SERVICE_RANGE } from './places.ts';
import { startNoted } from './processes.ts';

/** Debian's containerd (1.6) with everything of its own, so that one of the machine's is not touched. */
export async function startContainerd(places: Places): Promise<Component> {
  mkdirSync(places.cni, { recursive: true });
  writeFileSync(join(places.cni, '10-bridge.conflist'), JSON.stringify(network(places)));
  const file = join(places.folder, 'containerd.toml');
  writeFileSync(file, configuration(places));
  const containerd = await startNoted(places, 'containerd', ['containerd', '--config', file]);
  await until('containerd to answer', () => {
    const how = containerd.ended();
    if (how !== undefined) throw new Error(how);
    return existsSync(places.socket) ? ctr(places, 'version') : undefined;
  });
  return containerd;
}

/** Among what the kubelet sees; `ctr` talks about nothing else unless told. */
export const ctr = (places: Places, ...args: readonly string[]): Promise<string> =>
  command('ctr', '-a', places.socket, '-n', 'k8s.io', ...args);

const configuration = ({ socket, root, state, cni, folder }: Places): string => `version = 2
root = "${root}"
state = "${state}"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(folder, 'opt')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_tcp_service = true
  # Below our own folder, where they are found at the end, and not among the machine's.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
`;

/** No route but to the services: whatever a pod wants to reach elsewhere is unreachable at once. */
const network = ({ folder }: Places): object => ({
  cniVersion: '0.4.0',
  name: CNI_NETWORK,
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      ipMasq: false,
      ipam: {
        type: 'host-local',
        dataDir: join(folder, 'leases'),
        ranges: [[{ subnet: POD_RANGE, gateway: NODE_ADDRESS }]],
        routes: [{ dst: SERVICE_RANGE }],
      },
    },
  ],
});
