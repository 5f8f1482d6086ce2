import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, connectAsAdmin } from './api-client.ts';
import { kubernetesBinary } from './build.ts';
import { type Component, startComponent } from './component.ts';
import {
  apiServerFlags,
  controllerManagerFlags,
  etcdFlags,
  type NodePlace,
  type Places,
} from './control-plane-flags.ts';
import { applyCrds } from './crds.ts';
import { freePorts } from './free-ports.ts';
import { type Kubeconfigs, makeKubeconfigs } from './kubeconfigs.ts';
import { type KubectlOptions, runKubectl, type Said } from './kubectl.ts';
import { until } from './until.ts';

/**
 * A real Kubernetes without nodes, on loopback: etcd, API server and controller manager. Three seconds to start and
 * half a gigabyte of memory, so a test file starts one, and each of its tests takes a namespace of its own.
 */
export interface ControlPlane extends Kubeconfigs {
  /** https://127.0.0.1:<port>, or at the node's address; it stays the same over restarts. */
  readonly url: string;
  readonly caFile: string;
  /** The binary, for `etcd`, `kubectl`, `cron-next`, … */
  readonly binary: string;
  /** Certificates, kubeconfigs, etcd.log, kube-apiserver.log, kube-controller-manager.log. */
  readonly folder: string;
  /** From the call to a server that is ready, without building. */
  readonly startedInMs: number;
  readonly api: ApiClient;
  /** As administrator unless a kubeconfig is given. */
  kubectl(args: readonly string[], options?: Partial<KubectlOptions>): Promise<Said>;
  /** Kills the API server; every connection breaks, and new ones are refused. */
  stopApiServer(): Promise<void>;
  /** Resolves when it is ready again. */
  startApiServer(): Promise<void>;
  restartApiServer(): Promise<void>;
  /** Stops for a copy of etcd; what it returns puts that copy in place of all that came since. */
  saveEtcd(): Promise<() => Promise<void>>;
  stopControllerManager(): Promise<void>;
  startControllerManager(): Promise<void>;
  pids(): number[];
  /** Resident bytes by process. */
  memory(): Record<'etcd' | 'apiServer' | 'controllerManager', number>;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Of another release, by `releaseBinary`. */
  readonly binary?: string;
  /**
   * CustomResourceDefinitions (objects), made before the controller manager starts: the garbage collector looks for new
   * kinds every 30 s only, and until then deletes nothing that such an object owns.
   */
  readonly crds?: readonly object[];
  /** For a test that has no use for controllers. */
  readonly controllerManager?: boolean;
  /** A real node that is going to join; the server then listens at its address, where pods can reach it. */
  readonly node?: NodePlace;
  /** Below which folder its own is made; the system's temporary one unless told. */
  readonly below?: string;
}

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binary = options.binary ?? (await kubernetesBinary());
  const start = performance.now();
  const folder = mkdtempSync(join(options.below ?? tmpdir(), 'case-backup-kubernetes-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  const { node } = options;
  execFileSync(binary, ['certs', certificates, ...(node ? [node.name, node.address] : [])]);

  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
  const places: Places = { folder, certificates, etcdPort, etcdPeerPort, apiPort, node };
  const url = `https://${node?.address ?? '127.0.0.1'}:${apiPort}`;
  const api = connectAsAdmin(url, certificates);
  const kubeconfigs = makeKubeconfigs(api, { folder, certificates, url });
  const running = new Map<string, Component>();
  let stopped = false;

  async function startOne(name: string, flags: readonly string[]): Promise<void> {
    if (running.has(name)) throw new Error(`${name} runs already`);
    const component = await startComponent(binary, folder, name, flags);
    running.set(name, component);
    // A test that failed in the middle of a restart stops everything meanwhile.
    if (!stopped) return;
    await component.kill();
    throw new Error(`the control plane was stopped while ${name} was starting`);
  }
  async function stopOne(name: string): Promise<void> {
    await running.get(name)?.kill();
    running.delete(name);
  }
  async function startControllerManager(): Promise<void> {
    await startOne(
      'kube-controller-manager',
      controllerManagerFlags(places, kubeconfigs.byCertificate('controller-manager')),
    );
    const sign = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
    await untilWorking('the controller manager to work', [running.get('kube-controller-manager')], () =>
      api.find(sign),
    );
  }
  async function startApiServer(): Promise<void> {
    await startOne('kube-apiserver', apiServerFlags(places));
    await untilWorking('the API server to be ready', [running.get('etcd'), running.get('kube-apiserver')], () =>
      api.get('/readyz'),
    );
    // It gives up when it loses the server while it starts; a cluster's kubelet would start it again.
    if (running.get('kube-controller-manager')?.ended() === undefined) return;
    running.delete('kube-controller-manager');
    await startControllerManager();
  }
  async function stop(): Promise<void> {
    stopped = true;
    await api.close();
    await Promise.all([...running.values()].map((component) => component.kill()));
    running.clear();
    process.off('exit', removeFolder);
    removeFolder();
  }

  try {
    await startOne('etcd', etcdFlags(places));
    await startApiServer();
    await applyCrds(api, options.crds ?? []);
    if (options.controllerManager !== false) await startControllerManager();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...kubeconfigs,
    url,
    caFile: join(certificates, 'ca.crt'),
    binary,
    folder,
    startedInMs: Math.round(performance.now() - start),
    api,
    kubectl: (args, given = {}) => runKubectl(binary, args, { kubeconfig: kubeconfigs.admin(), ...given }),
    stopApiServer: () => stopOne('kube-apiserver'),
    startApiServer,
    async restartApiServer() {
      await stopOne('kube-apiserver');
      await startApiServer();
    },
    async saveEtcd() {
      const [data, saved] = [join(folder, 'etcd'), join(folder, 'etcd-saved')];
      const exchange = async (swap: () => void): Promise<void> => {
        await stopOne('kube-apiserver');
        await stopOne('etcd');
        swap();
        await startOne('etcd', etcdFlags(places));
        await startApiServer();
      };
      await exchange(() => cpSync(data, saved, { recursive: true }));
      return () =>
        exchange(() => {
          rmSync(data, { recursive: true });
          cpSync(saved, data, { recursive: true });
        });
    },
    stopControllerManager: () => stopOne('kube-controller-manager'),
    startControllerManager,
    pids: () => [...running.values()].map(({ pid }) => pid),
    memory: () => ({
      etcd: running.get('etcd')?.memory() ?? 0,
      apiServer: running.get('kube-apiserver')?.memory() ?? 0,
      controllerManager: running.get('kube-controller-manager')?.memory() ?? 0,
    }),
    stop,
  };
}

/** Ends early, with its log, when one of the processes has given up. */
async function untilWorking(
  what: string,
  components: readonly (Component | undefined)[],
  works: () => Promise<unknown>,
): Promise<void> {
  const outcome = await until(
    what,
    async () =>
      components.map((component) => component?.ended()).find((end) => end) ?? ((await works()) ? 'works' : ''),
    { within: 120_000, everyMs: 100 },
  );
  if (outcome !== 'works') throw new Error(outcome);
}
