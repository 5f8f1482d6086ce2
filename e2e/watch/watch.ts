import { alertsOf, ruleGroups } from '../../test/chart/alert-rules.ts';
import { operatorCrds } from '../../test/tools/monitoring-crds.ts';
import { addressOf, applyAll } from '../stage/office-objects.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { watchArchives } from './images.ts';
import { monitoringValues, programs, WATCH, watchers } from './objects.ts';
import { type Prometheus, prometheusAt } from './prometheus.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { shortened } from './shortened.ts';

/** The stage under the eyes of Prometheus and Alertmanager, which prometheus-operator runs. */
export interface Watch extends Stage {
  readonly prometheus: Prometheus;
  readonly receiver: Receiver;
}

let opened: Promise<Watch> | undefined;

/** On first use: test files that ask for no alert go without it. */
export const openWatch = (): Promise<Watch> => {
  opened ??= open();
  return opened;
};

async function open(): Promise<Watch> {
  const archives = await watchArchives();
  const stage = await openStage();
  const { cluster, kubectl } = stage;
  for (const archive of archives) await cluster.load(archive);
  // By kubectl alone they would be larger than the annotation in which it keeps them.
  await kubectl(['apply', '--server-side', '-f', operatorCrds()]);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  const receiver = await startReceiver();
  await applyAll(cluster.plane, programs());
  for (const { metadata } of programs().filter(isDeployment))
    await kubectl(['rollout', 'status', `deployment/${metadata.name}`, '-n', WATCH, '--timeout=180s']);
  await applyAll(cluster.plane, watchers(receiver.url));
  await stage.release.upgrade(monitoringValues(shortened()));
  const address = await addressOf(cluster.plane, 'prometheus-watch-0', WATCH);
  await addressOf(cluster.plane, 'alertmanager-watch-0', WATCH);
  const prometheus = prometheusAt(`http://${address}:9090`);
  await prometheus.untilScraped('case-backup', 'kube-state-metrics');
  await prometheus.untilLoaded(alertsOf(ruleGroups()).map(({ alert }) => alert));
  return { ...stage, prometheus, receiver };
}

const isDeployment = (object: object): object is { metadata: { name: string } } =>
  'kind' in object && object.kind === 'Deployment';
