import {
  existsSync,
  globSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { attempt } from './command.ts';
import { kubernetesChains, removeKubernetesRules } from './firewall.ts';
import { type Before, cgroupFolders, settingOf } from './ground.ts';
import { BRIDGE, type Places } from './places.ts';
import { endProcesses, ownProcesses } from './processes.ts';

/** Undoes all that a cluster has done to the machine, whether it ended well or was killed at any point. */
export async function sweep(places: Places): Promise<void> {
  await endProcesses(places);
  for (const mount of mountsBelow(places.folder)) await attempt('umount', '--lazy', mount);
  await removeKubernetesRules();
  removeShimTraces(places);
  if (existsSync(places.before)) restore(JSON.parse(readFileSync(places.before, 'utf8')) as Before, places);
  // As long as it is there no other cluster begins. The pods' ends of their cables went with their network namespaces.
  await attempt('ip', 'link', 'delete', BRIDGE);
  // What is mounted there would be emptied, whosever it is.
  const [stuck] = mountsBelow(places.folder);
  if (stuck !== undefined) throw new Error(`${stuck} could not be unmounted`);
  rmSync(places.folder, { recursive: true, force: true });
}

/** One sentence for each thing that is still there; none after a sweep. */
export async function traces(places: Places): Promise<string[]> {
  return [
    ...ownProcesses(places).map((pid) => `process ${pid} runs`),
    ...mountsBelow(places.folder).map((mount) => `${mount} is mounted`),
    ...(existsSync(`/sys/class/net/${BRIDGE}`) ? [`the bridge ${BRIDGE} is there`] : []),
    ...(await kubernetesChains()).map((chain) => `${chain} is there`),
    ...cgroupFolders().flatMap((folder) => (existsSync(folder) ? [`${folder} is there`] : [])),
    ...(existsSync(places.folder) ? [`${places.folder} is there`] : []),
  ];
}

/** Latest first, which is innermost first. */
function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** What shims and runc keep at places that no setting moves: sockets, states, the CNI's results. */
function removeShimTraces({ state }: Places): void {
  const tasks = join(state, 'io.containerd.runtime.v2.task', 'k8s.io');
  for (const id of existsSync(tasks) ? readdirSync(tasks) : []) {
    const address = join(tasks, id, 'address');
    if (existsSync(address)) rmSync(readFileSync(address, 'utf8').replace('unix://', ''), { force: true });
    rmSync(join('/run/containerd/runc/k8s.io', id), { recursive: true, force: true });
    for (const result of globSync(`/var/lib/cni/results/*-${id}-*`)) rmSync(result, { force: true });
  }
}

function restore({ settings, missing }: Before, { folder }: Places): void {
  for (const [name, value] of Object.entries(settings))
    if (settingOf(name) !== value) writeFileSync(`/proc/sys/${name}`, value);
  for (const link of globSync('/var/log/containers/*.log'))
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(folder)) rmSync(link);
  for (const made of missing) removeFolder(made);
}

/** Of a folder that was made meanwhile only what nobody else has put something into; the kubelet leaves two files. */
function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const foreign = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory() && !entry.parentPath.endsWith('device-plugins'),
  );
  if (foreign.length === 0) rmSync(folder, { recursive: true });
}
