import { policyCrd } from '../../src/api/crd.ts';
import { cronJobName, FIELD_MANAGER } from '../../src/api/kubernetes-names.ts';
import type { JobSettings } from '../../src/controller/pod-template.ts';
import { cachedPolicy, wholePolicy } from '../../src/controller/policy/cached-policy.ts';
import { desiredCronJob } from '../../src/controller/policy/cronjob.ts';
import type { PolicyObject } from '../../src/controller/workloads.ts';
import { forEachParallel } from '../../src/host/parallel.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import { aPolicy } from '../../test/controller/a-policy.ts';
import { CONTROLLER_RULES } from '../../test/controller/operator.ts';
import { etcdWriter, type StoredObject } from './etcd-writer.ts';
import { copyRun, type JobMaker, makeRun, wholeSecond } from './finished-run.ts';

/** A cluster with many policies that have been running for weeks. */
export interface Estate extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** Of a service account with the chart's rules in all namespaces. */
  readonly kubeconfig: string;
  /** The service account's; there are others. */
  readonly namespace: string;
  /** Gives every policy another schedule, all within a second. */
  reschedule(): Promise<void>;
}

export interface EstateSize {
  readonly namespaces: number;
  readonly policiesEach: number;
  readonly jobsEach: number;
}

/** The controller's defaults. */
export const JOB_SETTINGS: JobSettings = {
  image: 'example/case-backup:bench',
  imagePullPolicy: 'IfNotPresent',
  serviceAccount: 'default',
  overlay: {},
};

interface Home {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
}

const POLICIES_PATH = '/apis/casebackup.io/v1alpha1/casebackuppolicies';
const POLICIES_KEY = 'casebackup.io/casebackuppolicies';
/** etcd takes 1.5 MiB at once; a policy with its history has 16 KB. */
const STORED_AT_ONCE = 40;
const DAY_MS = 86_400_000;
/** As many connections as the client has. */
const AT_ONCE = 20;

const pathOf = ({ namespace, name }: Home): string =>
  `/apis/casebackup.io/v1alpha1/namespaces/${namespace}/casebackuppolicies/${name}`;
/** Not all at the same minute. */
const scheduleOf = ({ index }: Home): string => `${index % 60} 3 * * *`;

/** Without a controller manager: it would delete Jobs that are past their TTL and start what is due meanwhile. */
export async function makeEstate(size: EstateSize, say: (line: string) => void): Promise<Estate> {
  const plane = await startControlPlane({ crds: [policyCrd()], controllerManager: false });
  try {
    const homes: Home[] = [];
    for (let i = 0; i < size.namespaces; i++) {
      const namespace = await plane.ownNamespace('bench');
      for (let n = 0; n < size.policiesEach; n++) homes.push({ namespace, name: `nightly-${n}`, index: homes.length });
    }
    const store = etcdWriter(plane);
    await forEachParallel(homes, AT_ONCE, async (home) => {
      await furnish(plane, home, size.jobsEach, store);
      if (home.index % 250 === 249) say(`controller: ${home.index + 1} policies with ${size.jobsEach} Jobs each`);
    });
    const namespace = homes[0]?.namespace ?? '';
    let turn = 0;
    return {
      plane,
      kubeconfig: await grant(plane, namespace),
      namespace,
      async reschedule() {
        turn++;
        const policies = await plane.api.list<PolicyObject>(POLICIES_PATH);
        const changed = policies.map((policy) => rescheduled(policy, turn));
        for (let from = 0; from < changed.length; from += STORED_AT_ONCE) {
          await store(POLICIES_KEY, changed.slice(from, from + STORED_AT_ONCE));
        }
      },
      [Symbol.asyncDispose]: () => plane.stop(),
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** A policy, the CronJob that the controller would make, and the runs of as many nights as there are Jobs. */
async function furnish(
  { api }: ControlPlane,
  home: Home,
  jobs: number,
  store: (plural: string, objects: readonly StoredObject[]) => Promise<void>,
): Promise<void> {
  const { namespace, name } = home;
  const spec = { schedule: scheduleOf(home), job: { successfulJobsHistoryLimit: jobs } };
  const policy = await api.create<PolicyObject>(pathOf({ ...home, name: '' }).slice(0, -1), aPolicy(name, spec));
  const born = wholeSecond(Date.now() - (jobs + 1) * DAY_MS);
  await store(POLICIES_KEY, [
    { ...policy, metadata: { ...policy.metadata, creationTimestamp: born } } as unknown as StoredObject,
  ]);
  const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJobName('backup', name)}`;
  const desired = desiredCronJob(wholePolicy(cachedPolicy(policy)), JOB_SETTINGS, undefined);
  const cronJob = await api.patch<JobMaker>(`${path}?fieldManager=${FIELD_MANAGER}`, desired, 'apply-patch+yaml');
  // Long enough ago that no event of it is told again.
  const lastNight = Math.floor((Date.now() - DAY_MS / 2) / 60_000) * 60_000;
  await api.patch(`${path}/status`, { status: { lastScheduleTime: wholeSecond(lastNight) } });
  const run = await makeRun(api, name, cronJob, lastNight);
  const copies = Array.from({ length: jobs - 1 }, (_, index) => copyRun(run, name, lastNight - (index + 1) * DAY_MS));
  await store(
    'jobs',
    copies.map(({ job }) => job),
  );
  await store(
    'pods',
    copies.map(({ pod }) => pod),
  );
}

/** As the API server stores a change of the spec. */
function rescheduled(policy: PolicyObject, turn: number): StoredObject {
  const { metadata, spec } = policy;
  const schedule = `${spec.schedule.split(' ')[0]} ${3 + turn} * * *`;
  return {
    ...policy,
    metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
    spec: { ...spec, schedule },
  } as unknown as StoredObject;
}

async function grant({ api, serviceAccount }: ControlPlane, namespace: string): Promise<string> {
  const group = 'rbac.authorization.k8s.io';
  const rules = [...CONTROLLER_RULES.policies, ...CONTROLLER_RULES.leaderElection];
  await api.create(`/apis/${group}/v1/clusterroles`, { metadata: { name: 'controller' }, rules });
  await api.create(`/apis/${group}/v1/clusterrolebindings`, {
    metadata: { name: 'controller' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'controller' },
    subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace }],
  });
  return await serviceAccount(namespace, 'controller');
}
