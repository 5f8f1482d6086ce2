import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { aPolicy } from '../../test/controller/a-policy.ts';
import { readMetrics, type Series } from '../../test/controller/metrics-text.ts';
import { type Policies, policiesIn } from '../../test/controller/policies-in.ts';
import { conditionIn, type Told } from '../../test/controller/told-of-runs.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { archives, PRODUCT_IMAGE, pauseArchive } from '../images/images.ts';
import { type Dropbox, startDropbox } from './dropbox.ts';
import { install, type Kubectl, kubectlOf, NAMESPACE } from './install.ts';
import { applyAll, makeOffice } from './office-objects.ts';
import { type Postgres, startPostgres } from './postgres.ts';

/** One cluster for all files of a run: the product installed, with a Dropbox and a Postgres that it finds by their names. */
export interface Stage {
  readonly cluster: Cluster;
  /** Those of the product's namespace. */
  readonly policies: Policies;
  readonly dropbox: Dropbox;
  readonly postgres: Postgres;
  readonly kubectl: Kubectl;
  /** Applies a policy with a backup folder of its own that the schedule leaves alone, and waits until it is Ready. */
  policy(name: string, spec?: object): Promise<void>;
  told(policy: string): Promise<Told>;
}

/** Far from any hour at which tests run; a run that comes by itself would be one too many. */
const NEVER_SOON = '30 4 1 1 *';
export const DROPBOX_SECRET = 'dropbox';
export const LOG_SECRET = 'backup-log';

let opened: Promise<Stage> | undefined;

export const openStage = (): Promise<Stage> => {
  opened ??= open();
  return opened;
};

/** What is left of it afterwards, which should be nothing. */
export async function closeStage(): Promise<string[]> {
  return opened === undefined ? [] : await (await opened).cluster.stop();
}

async function open(): Promise<Stage> {
  const [pause, others] = [await pauseArchive(), await archives()];
  const cluster = await startCluster(pause);
  try {
    for (const archive of others) await cluster.load(archive);
    return await furnish(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function furnish(cluster: Cluster): Promise<Stage> {
  const { plane } = cluster;
  await makeOffice(plane);
  const [dropbox, postgres] = await Promise.all([startDropbox(plane), startPostgres(plane)]);
  await install(plane, {
    image: PRODUCT_IMAGE,
    jobPod: { env: { HTTPS_PROXY: dropbox.proxy }, caBundle: { configMap: 'office-ca', key: 'ca.crt' } },
  });
  await applyAll(plane, [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'office-ca', namespace: NAMESPACE },
      data: { 'ca.crt': dropbox.authority },
    },
    secret(DROPBOX_SECRET, dropbox.secret),
    secret(LOG_SECRET, postgres.secret),
  ]);
  const policies = policiesIn(plane, NAMESPACE);
  return {
    cluster,
    policies,
    dropbox,
    postgres,
    kubectl: kubectlOf(plane),
    async policy(name, spec = {}) {
      const destination = { dropbox: { folder: `/BACKUPS-${name}` } };
      await policies.apply(aPolicy(name, { schedule: NEVER_SOON, destination, ...spec }));
      const { generation = 0 } = (await policies.policy(name)).metadata;
      // By then its CronJob is the one of this spec.
      await policies.untilStatus(
        name,
        `Ready of generation ${generation}`,
        (status) => (status.observedGeneration ?? 0) >= generation && conditionIn(status, 'Ready')?.status === 'True',
      );
    },
    async told(policy) {
      const series = (await metricsOf(plane)).filter(
        ({ labels }) => labels['namespace'] === NAMESPACE && labels['policy'] === policy,
      );
      return { status: await policies.status(policy), events: await policies.events(policy), series };
    },
  };
}

export const secret = (name: string, stringData: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: NAMESPACE },
  stringData,
});

interface ControllerPod {
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/** Of the controller that runs now; it may have been another a minute ago. */
async function metricsOf({ api }: ControlPlane): Promise<Series[]> {
  const selector = 'app.kubernetes.io/component=controller';
  const pods = await api.list<ControllerPod>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${selector}`);
  const address = pods.find(({ status }) => status.phase === 'Running')?.status.podIP;
  if (address === undefined) throw new Error('no controller runs');
  const response = await fetch(`http://${address}:8080/metrics`, { signal: AbortSignal.timeout(10_000) });
  return readMetrics(await response.text());
}
