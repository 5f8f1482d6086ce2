import type { Cluster } from '../cluster/cluster.ts';
import { startBareCluster } from './bare-cluster.ts';
import { type Dropbox, startDropbox } from './dropbox.ts';
import { type Kubectl, kubectlOf } from './kubectl.ts';
import { applyAll, makeOffice, restrictedNamespace } from './office-objects.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { benchValues, NAMESPACE, type Release, releaseIn } from './release.ts';
import { type ServedNamespace, servedNamespace } from './served-namespace.ts';

/** One cluster for all files of a run: the product installed, with a Dropbox and a Postgres that it finds by their names. */
export interface Stage extends ServedNamespace {
  readonly cluster: Cluster;
  readonly release: Release;
  readonly dropbox: Dropbox;
  readonly postgres: Postgres;
  readonly kubectl: Kubectl;
}

export const DROPBOX_SECRET = 'dropbox';
export const LOG_SECRET = 'backup-log';
export const CA = { configMap: 'office-ca', key: 'ca.crt' };

let opened: Promise<Stage> | undefined;

export const openStage = (): Promise<Stage> => {
  opened ??= open();
  return opened;
};

/** What is left of it afterwards, which should be nothing; whoever opens it again gets another. */
export async function closeStage(): Promise<string[]> {
  const before = opened;
  opened = undefined;
  return before === undefined ? [] : await (await before).cluster.stop();
}

async function open(): Promise<Stage> {
  const cluster = await startBareCluster();
  try {
    return await furnish(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function furnish(cluster: Cluster): Promise<Stage> {
  const { plane } = cluster;
  await makeOffice(plane);
  const [dropbox, postgres] = await Promise.all([startDropbox(plane), startPostgres(cluster)]);
  await applyAll(plane, [restrictedNamespace(NAMESPACE), ...provisions(NAMESPACE, dropbox, postgres)]);
  const release = releaseIn(plane, { ...benchValues(plane), ...wayOut(dropbox) });
  await release.install();
  return { ...servedNamespace(plane, NAMESPACE), cluster, release, dropbox, postgres, kubectl: kubectlOf(plane) };
}

/** What the pods of the jobs look for in a namespace. */
export const provisions = (
  namespace: string,
  dropbox: Pick<Dropbox, 'authority' | 'secret'>,
  postgres: Pick<Postgres, 'secret'>,
): object[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CA.configMap, namespace },
    data: { [CA.key]: dropbox.authority },
  },
  secret(DROPBOX_SECRET, dropbox.secret, namespace),
  secret(LOG_SECRET, postgres.secret, namespace),
];

/** Values by which every job reaches the Dropbox of the tests under its own names. */
export const wayOut = ({ proxy }: Pick<Dropbox, 'proxy'>): object => ({ proxy: { httpsProxy: proxy }, caBundle: CA });

export const secret = (name: string, stringData: object, namespace = NAMESPACE): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
});
