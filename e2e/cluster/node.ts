import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../../test/cluster/component.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { freePorts } from '../../test/cluster/free-ports.ts';
import { nodeBinary } from './binaries.ts';
import { CGROUP, DNS_ADDRESS, DOMAIN, NODE, NODE_ADDRESS, type Places, POD_RANGE } from './places.ts';
import { startNoted } from './processes.ts';

/** The scheduler, and what runs on the node beside containerd. */
export async function startNode(plane: ControlPlane, places: Places): Promise<Record<string, Component>> {
  const binary = await nodeBinary();
  const start = (name: string, flags: readonly string[]): Promise<Component> =>
    startNoted(places, name, [binary, name, ...flags]);
  const [healthPort = 0, metricsPort = 0] = await freePorts(2);
  return {
    'kube-scheduler': await start('kube-scheduler', [
      `--kubeconfig=${plane.byCertificate('scheduler')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ]),
    kubelet: await start('kubelet', [
      `--config=${kubeletConfiguration(plane, places)}`,
      `--kubeconfig=${plane.byCertificate('kubelet')}`,
      `--root-dir=${places.kubelet}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${NODE_ADDRESS}`,
    ]),
    'kube-proxy': await start('kube-proxy', [
      `--kubeconfig=${plane.byCertificate('kube-proxy')}`,
      '--proxy-mode=iptables',
      `--cluster-cidr=${POD_RANGE}`,
      `--hostname-override=${NODE}`,
      `--healthz-bind-address=127.0.0.1:${healthPort}`,
      `--metrics-bind-address=127.0.0.1:${metricsPort}`,
      // The machine's own settings stay as they are.
      '--iptables-localhost-nodeports=false',
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ]),
  };
}

function kubeletConfiguration(plane: ControlPlane, places: Places): string {
  const certificate = (file: string): string => join(plane.folder, 'certificates', file);
  const resolvConf = join(places.folder, 'resolv.conf');
  // Nothing of the machine's name servers and search list reaches a pod.
  writeFileSync(resolvConf, '');
  mkdirSync(places.podLogs, { recursive: true });
  const file = join(places.folder, 'kubelet.json');
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${places.socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${CGROUP}`,
    // Since 1.35 refused unless one says so.
    failCgroupV1: false,
    failSwapOn: false,
    address: NODE_ADDRESS,
    healthzPort: 0,
    readOnlyPort: 0,
    podLogsDir: places.podLogs,
    resolvConf,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: DOMAIN,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: plane.caFile },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificate('kubelet.crt'),
    tlsPrivateKeyFile: certificate('kubelet.key'),
    // By shares of the machine's disk, which is not ours: only what would stop everything.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // The images come from no registry, so none may be collected.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}
