import { command } from '../cluster/command.ts';
import { notePid } from '../cluster/processes.ts';
import type { Stage } from '../stage/stage.ts';

/** Named as Kubernetes names its own, so that it goes with them when nobody is left to remove it. */
const CHAIN = 'KUBE-CUT-OFF';

/** Nobody's packets reach the API server meanwhile: not the pods', nor the kubelet's or the other controllers'. */
export async function whileCutOff<T>({ cluster }: Stage, body: () => Promise<T>): Promise<T> {
  const { port } = new URL(cluster.plane.url);
  await command('iptables', '-N', CHAIN);
  await command('iptables', '-A', CHAIN, '-p', 'tcp', '--dport', port, '-j', 'DROP');
  await command('iptables', '-I', 'INPUT', '-j', CHAIN);
  try {
    return await body();
  } finally {
    await command('iptables', '-D', 'INPUT', '-j', CHAIN);
    await command('iptables', '-F', CHAIN);
    await command('iptables', '-X', CHAIN);
  }
}

/** Killed, and started again at its address. */
export async function restart({ cluster: { plane, places } }: Stage): Promise<void> {
  await plane.restartApiServer();
  for (const pid of plane.pids()) notePid(places, pid, 'control plane');
}
