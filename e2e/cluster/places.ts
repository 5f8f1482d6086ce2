import { join } from 'node:path';

/** The one node's name; its address is the bridge's, which its pods and the API server's clients can all reach. */
export const NODE = 'node-1';
export const NODE_ADDRESS = '10.231.7.1';
export const BRIDGE = 'cbe2e0';
export const POD_RANGE = '10.231.7.0/24';
/** As in apiServerFlags. */
export const SERVICE_RANGE = '10.96.0.0/24';
export const DNS_ADDRESS = '10.96.0.10';
export const DNS_PORT = 1053;
export const DOMAIN = 'cluster.local';
/** Of the CNI, and below which all containers' processes are counted. */
export const CNI_NETWORK = 'case-backup-e2e';
export const CGROUP = 'case-backup-e2e';
export const PAUSE_IMAGE = 'case-backup.test/pause:1';

/** Where one cluster keeps what, all of it below one folder. */
export const placesIn = (folder: string) => ({
  folder,
  /** "pid name", a line for each process, for whoever has to end them. */
  pids: join(folder, 'pids'),
  /** What the machine was like before. */
  before: join(folder, 'before.json'),
  socket: join(folder, 'containerd.sock'),
  root: join(folder, 'containerd', 'root'),
  state: join(folder, 'containerd', 'state'),
  kubelet: join(folder, 'kubelet'),
  podLogs: join(folder, 'pod-logs'),
  cni: join(folder, 'cni'),
  volumes: join(folder, 'volumes'),
});
export type Places = ReturnType<typeof placesIn>;
