import type { Job } from '../../src/controller/workloads.ts';
import { jobOf } from '../cluster/pod.ts';
import { exits, type PodAct } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import type { Told } from './told-of-runs.ts';

/** A namespace whose pods do what was written down for their Job. */
export interface Theatre extends Office {
  /** What the Job's first pod does, its second, …; further ones stay Pending. */
  script(jobName: string, pods: readonly (readonly PodAct[])[]): void;
  /** How many pods the Job has had. */
  podsOf(jobName: string): number;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly theatres: readonly Theatre[];
  readonly controller: ControllerProcess;
  /** A policy that is Ready and that the schedule leaves alone. */
  policy(theatre: Theatre, name: string, spec?: object): Promise<void>;
  told(theatre: Theatre, policy: string): Promise<Told>;
  /** Ends the controller; `startAgain` starts another, which knows only what the cluster knows. */
  stopController(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Far from any hour at which tests run; a run that comes by itself would be one too many. */
const NEVER_SOON = '30 4 1 1 *';

/** One control plane, several namespaces, and one controller that serves them all. */
export async function startStage(namespaces: number): Promise<Stage> {
  const cluster = await startCluster();
  const theatres: Theatre[] = [];
  for (let i = 0; i < namespaces; i++) theatres.push(asTheatre(await cluster.office()));
  const [first] = theatres;
  if (!first) throw new Error('a stage has at least one namespace');
  for (const { namespace } of theatres.slice(1)) await letIn(cluster, first.namespace, namespace);
  const more = theatres.slice(1).flatMap(({ namespace }) => ['--namespace', namespace]);
  const start = async (): Promise<ControllerProcess> => {
    const started = await startController({ ...first, more });
    await until('the controller to lead', () => started.log().some((line) => line.includes('"leading"')));
    return started;
  };
  let controller = await start();
  return {
    cluster,
    theatres,
    get controller() {
      return controller;
    },
    async policy(theatre, name, spec = {}) {
      await cluster.plane.api.create(
        theatre.path('casebackuppolicies'),
        aPolicy(name, { schedule: NEVER_SOON, ...spec }),
      );
      await theatre.untilStatus(
        name,
        'Ready',
        ({ conditions = [] }) => conditions.find(({ type }) => type === 'Ready')?.status === 'True',
      );
    },
    async told(theatre, policy) {
      const status = await theatre.status(policy);
      const events = await theatre.events(policy);
      const series = readMetrics((await controller.page('/metrics')).text).filter(
        ({ labels }) => labels['namespace'] === theatre.namespace && labels['policy'] === policy,
      );
      return { status, events, series };
    },
    async stopController() {
      await controller.stop();
    },
    async startAgain() {
      controller = await start();
    },
    async stop() {
      await controller.stop();
      await cluster.stop();
    },
  };
}

/** The first namespace's controller may do in another what it may do in its own. */
async function letIn({ plane }: Cluster, from: string, namespace: string): Promise<void> {
  await plane.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'controller-of-another' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'controller' },
    subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace: from }],
  });
}

function asTheatre(office: Office): Theatre {
  const scripts = new Map<string, readonly (readonly PodAct[])[]>();
  const uids = new Map<string, string[]>();
  const { kubelet } = office;
  const play = (): void =>
    kubelet.script((pod) => {
      const jobName = jobOf(pod) ?? '';
      const seen = uids.get(jobName) ?? [];
      uids.set(jobName, seen);
      if (!seen.includes(pod.metadata.uid)) seen.push(pod.metadata.uid);
      return scripts.get(jobName)?.[seen.indexOf(pod.metadata.uid)];
    });
  play();
  kubelet.onDeletion(() => exits(143));
  return {
    ...office,
    script(jobName, pods) {
      scripts.set(jobName, pods);
      play();
    },
    podsOf: (jobName) => uids.get(jobName)?.length ?? 0,
  };
}

/** A Job as kube-controller-manager makes it of a CronJob: getJobFromTemplate2 in pkg/controller/cronjob/utils.go. */
export async function runBySchedule({ plane }: Cluster, theatre: Theatre, policy: string, at: Date): Promise<Job> {
  interface Template {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly spec: { readonly jobTemplate: { readonly metadata: object; readonly spec: object } };
  }
  const { metadata, spec } = await plane.api.get<Template>(theatre.path('cronjobs', `case-backup-${policy}`));
  const { metadata: labelled, spec: jobSpec } = spec.jobTemplate;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid };
  return await plane.api.create<Job>(theatre.path('jobs'), {
    metadata: {
      ...labelled,
      name: `${metadata.name}-${Math.floor(at.getTime() / 60_000)}`,
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': at.toISOString().replace(/\.\d+/, '') },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: jobSpec,
  });
}
