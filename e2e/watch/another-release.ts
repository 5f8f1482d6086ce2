import { until } from '../../test/cluster/until.ts';
import { type Policies, policiesIn } from '../../test/controller/policies-in.ts';
import { applyAll, restrictedNamespace } from '../stage/office-objects.ts';
import { benchValues, releaseIn, SECOND } from '../stage/release.ts';
import { monitorValues } from './objects.ts';
import type { Watch } from './watch.ts';

/** Label of a controller's pods and Deployment. */
export const CONTROLLERS = 'app.kubernetes.io/component=controller';

/** A controller beside the stage's, so that what happens to it concerns nobody else. */
export interface AnotherRelease {
  /** Of its namespace. */
  readonly policies: Policies;
  scale(replicas: number): Promise<void>;
  uninstall(): Promise<void>;
}

/** A release and a namespace of this name, under the eyes of the same Prometheus; it serves that namespace unless told. */
export async function anotherRelease(watch: Watch, name: string, over: object = {}): Promise<AnotherRelease> {
  const { plane } = watch.cluster;
  await applyAll(plane, [restrictedNamespace(name)]);
  const values = { ...benchValues(plane), ...SECOND, metrics: monitorValues(), ...over };
  const release = releaseIn(plane, values, { name, namespace: name });
  await release.install();
  // Until then it is missed like one that is down.
  const isUp = `up{job="case-backup", namespace="${name}"} == 1`;
  const patience = { within: 120_000, everyMs: 1_000 };
  await until(`${name} to be scraped`, async () => (await watch.prometheus.query(isUp)).length > 0, patience);
  return {
    policies: policiesIn(plane, name),
    async scale(replicas) {
      await watch.kubectl(['scale', 'deployment', '-l', CONTROLLERS, `--replicas=${replicas}`, '-n', name]);
    },
    async uninstall() {
      await release.helm(['uninstall', name, '--wait', '--timeout', '5m']);
    },
  };
}
