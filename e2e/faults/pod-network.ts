import { command } from '../cluster/command.ts';
import type { Stage } from '../stage/stage.ts';

/** A pod's own network, entered from outside: what is done to it in there goes with the pod. */
export interface PodNetwork {
  /** Runs a program of this machine in there. */
  inside(program: string, ...args: readonly string[]): Promise<string>;
  /** This machine's end of the pod's cable. */
  readonly cable: string;
}

interface PodObject {
  readonly status: { readonly containerStatuses: readonly { readonly containerID: string }[] };
}

/** By which containerd knows the first container of a pod. */
export async function containerOf({ cluster }: Stage, namespace: string, pod: string): Promise<string> {
  const { status } = await cluster.plane.api.get<PodObject>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
  const id = status.containerStatuses[0]?.containerID.split('//')[1];
  if (id === undefined) throw new Error(`${pod} has no container`);
  return id;
}

export async function networkOf(stage: Stage, namespace: string, pod: string): Promise<PodNetwork> {
  const { cluster } = stage;
  const id = await containerOf(stage, namespace, pod);
  const tasks = await cluster.ctr('tasks', 'ls');
  const pid = tasks
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find(([of]) => of === id)?.[1];
  if (pid === undefined) throw new Error(`the container of ${pod} does not run`);
  const inside: PodNetwork['inside'] = (program, ...args) =>
    command('nsenter', `--net=/proc/${pid}/ns/net`, program, ...args);
  const [link] = JSON.parse(await inside('ip', '-j', 'link', 'show', 'eth0')) as { link_index: number }[];
  const links = JSON.parse(await command('ip', '-j', 'link')) as { ifindex: number; ifname: string }[];
  const cable = links.find(({ ifindex }) => ifindex === link?.link_index)?.ifname;
  if (cable === undefined) throw new Error(`nothing on this machine is the other end of the cable of ${pod}`);
  return { inside, cable };
}
