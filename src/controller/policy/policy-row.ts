import { cronJobName, POLICY_LABEL, ROLE_LABEL } from '../../api/kubernetes-names.ts';
import { KIND } from '../../api/policy.ts';
import { type KubeObject, keyOf, type Resource } from '../../kube/objects.ts';
import { CRON_JOBS, POLICIES } from '../../kube/resources.ts';
import type { Row } from '../row.ts';
import { controllerOf } from '../workloads.ts';
import { ownWrites } from './own-writes.ts';
import { reconcile } from './reconcile.ts';
import { runPage } from './run-page.ts';
import { spokenOf } from './spoken.ts';
import { cronJobKeeper } from './stand-cronjob.ts';

/** Policies and their nights. A key is `namespace/policy`. */
export const policyRow: Row = {
  name: KIND.toLowerCase(),
  // Waiting for the API server is most of a look, so a few may wait at once.
  workers: 8,
  // A look costs the server three calls at most; ten seconds after a fault has passed, everything is right again.
  backoff: { baseMs: 500, maxMs: 8_000 },
  all: (caches) => caches.policies().map(keyOf),
  concerned: policiesOf,
  reconciler(tools) {
    const remember = () => ({
      era: tools.era(),
      cronJobs: cronJobKeeper({ ...tools, settings: tools.job }),
      runPage: runPage(tools.clock),
      spoken: spokenOf(tools.client, tools.clock),
      ownWrites: ownWrites(),
    });
    let memory = remember();
    return (key, signal) => {
      if (memory.era !== tools.era()) memory = remember();
      return reconcile({ ...tools, ...memory, era: tools.era }, key, signal);
    };
  },
};

/** The policies whose nights an object is part of, or in whose way it stands. */
export function policiesOf(resource: Resource, object: KubeObject): string[] {
  const { name, namespace, labels = {} } = object.metadata;
  if (resource === POLICIES) return [keyOf(object)];
  if (resource === CRON_JOBS) {
    const owner = controllerOf(object);
    // By the name as well: another's CronJob may stand where ours should.
    const prefix = cronJobName('backup', '');
    return [
      ...(owner?.kind === KIND ? [`${namespace}/${owner.name}`] : []),
      ...(name.startsWith(prefix) ? [`${namespace}/${name.slice(prefix.length)}`] : []),
    ];
  }
  const policy = labels[POLICY_LABEL];
  return policy !== undefined && labels[ROLE_LABEL] === 'backup' ? [`${namespace}/${policy}`] : [];
}
