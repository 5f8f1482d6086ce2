import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, command } from './command.ts';
import { BRIDGE, CGROUP, NODE_ADDRESS, type Places } from './places.ts';

/** What a kubelet, a kube-proxy or a CNI changes for the whole machine, as below /proc/sys. */
const SETTINGS = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/bridge/bridge-nf-call-iptables',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

/** Folders that the parts make at names which nobody can choose. */
const FOLDERS = ['/var/lib/cni', '/var/lib/kubelet', '/var/log/containers', '/run/containerd', '/run/runc'];

/** What there was before, so that it can be so again. */
export interface Before {
  readonly settings: Readonly<Record<string, string>>;
  /** Those of FOLDERS that were not there. */
  readonly missing: readonly string[];
}

const CGROUPS = '/sys/fs/cgroup';

/** One folder in version 2, one for each controller in version 1, where version 2 may be beside them. */
export const cgroupFolders = (): string[] =>
  existsSync(join(CGROUPS, 'cgroup.controllers'))
    ? [join(CGROUPS, CGROUP)]
    : globSync(`${CGROUPS}/*/cgroup.procs`).map((file) => join(file, '..', CGROUP));

/** Notes what is there, and lays what the node stands on: a bridge with its address, and a cgroup of its own. */
export async function layGround({ before }: Places): Promise<void> {
  const settings = Object.fromEntries(
    SETTINGS.map((name) => [name, settingOf(name)] as const).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  const missing = FOLDERS.filter((folder) => !existsSync(folder));
  writeFileSync(before, JSON.stringify({ settings, missing } satisfies Before));

  await command('ip', 'link', 'add', BRIDGE, 'type', 'bridge');
  await command('ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', BRIDGE);
  await command('ip', 'link', 'set', BRIDGE, 'up');
  // What goes from pod to pod by a Service has to come back through its rules, and not straight over the bridge.
  await attempt('modprobe', 'br_netfilter');
  writeFileSync('/proc/sys/net/bridge/bridge-nf-call-iptables', '1');
  for (const folder of cgroupFolders()) makeCgroup(folder);
}

export function settingOf(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined; // a module that is not loaded has none
  }
}

/** In version 1 a set of processors is empty until somebody fills it, and nothing can run in it. */
function makeCgroup(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(folder, file);
    if (existsSync(own) && readFileSync(own, 'utf8').trim() === '')
      writeFileSync(own, readFileSync(join(folder, '..', file)));
  }
}
