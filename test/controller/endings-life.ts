import assert from 'node:assert/strict';
import type { Trigger } from '../../src/api/status.ts';
import type { Job } from '../../src/controller/workloads.ts';
import { jobOf, type Pod } from '../cluster/pod.ts';
import { until } from '../cluster/until.ts';
import { agree, eventsOfEnds } from './agree.ts';
import type { Ending } from './ending.ts';
import { runBySchedule, type Stage, type Theatre } from './endings-stage.ts';
import { isUnseen, type Ran, type Told } from './told-of-runs.ts';

/** A policy and what has truly become of its runs, oldest first. */
export interface Life {
  readonly theatre: Theatre;
  readonly policy: string;
  readonly runs: Ran[];
}

/** Two dozen policies at once on two busy cores. */
const PATIENCE = { within: 90_000, everyMs: 200 };

export interface Begun {
  readonly jobName: string;
  readonly trigger: Trigger;
  /** Whole second at or before its start. */
  readonly at: number;
}

/** Starts a run whose pods do what the ending says. */
export async function begin(stage: Stage, life: Life, pods: Ending['pods'], trigger: Trigger): Promise<Begun> {
  const { theatre, policy, runs } = life;
  const minute = new Date(Date.now() - (10 - runs.length) * 60_000);
  const jobName =
    trigger === 'Manual'
      ? `${policy}-by-hand-${runs.length}`
      : `case-backup-${policy}-${Math.floor(minute.getTime() / 60_000)}`;
  const earlierRunId =
    (await theatre.status(policy)).history?.find(({ runId }) => runId !== undefined)?.runId ?? 'none';
  theatre.script(jobName, pods({ policy, jobName, earlierRunId }));
  const at = Math.floor(Date.now() / 1000) * 1000;
  if (trigger === 'Manual') await theatre.runByHand(policy, jobName);
  else await runBySchedule(stage.cluster, theatre, policy, minute);
  return { jobName, trigger, at };
}

/** One run from start to end, after which everything that is said of the policy has to be true. */
export async function liveThrough(stage: Stage, life: Life, ending: Ending, trigger: Trigger): Promise<void> {
  const { theatre, runs } = life;
  const begun = await begin(stage, life, ending.pods, trigger);
  if (ending.meanwhile !== undefined) await meanwhile(stage, theatre, ending.meanwhile, begun.jobName);
  const job = await endOf(stage, theatre, begun.jobName);
  runs.push(ran(begun, ending.truth));
  agree(await wholeStory(stage, life), runs);
  assert.equal(howEnded(job), ending.truth.job);
  assert.equal(theatre.podsOf(begun.jobName), ending.truth.pods, 'pods');
}

export function ran({ jobName, trigger, at }: Begun, truth: Ran['truth']): Ran {
  const { result, reason, verification, credentials } = truth;
  const said = { ...(verification && { verification }), ...(credentials && { credentials }) };
  return { jobName, trigger, truth: { result, reason, ...said }, after: at, before: Date.now() };
}

async function meanwhile(
  { cluster }: Stage,
  theatre: Theatre,
  what: NonNullable<Ending['meanwhile']>,
  jobName: string,
): Promise<void> {
  const { api } = cluster.plane;
  const { name, namespace } = (await runningPod(theatre, jobName)).metadata;
  const path = theatre.path('pods', name);
  if (what === 'deletes the pod') await api.remove(path);
  else if (what === 'evicts the pod')
    await api.create(`${path}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } });
  else await api.patch(theatre.path('jobs', jobName), { spec: { activeDeadlineSeconds: 1 } });
}

export const runningPod = ({ kubelet }: Theatre, jobName: string): Promise<Pod> =>
  until(
    `a running pod of ${jobName}`,
    () => kubelet.pods().find((pod) => jobOf(pod) === jobName && pod.status.phase === 'Running'),
    PATIENCE,
  );

export const endOf = ({ cluster }: Stage, theatre: Theatre, jobName: string): Promise<Job> =>
  until(
    `the end of ${jobName}`,
    async () => {
      const job = await cluster.plane.api.get<Job>(theatre.path('jobs', jobName));
      return howEnded(job) === undefined ? undefined : job;
    },
    PATIENCE,
  );

function howEnded({ status }: Job): string | undefined {
  const ends = status?.conditions?.filter((condition) => condition.status === 'True') ?? [];
  if (ends.some(({ type }) => type === 'Complete')) return 'Complete';
  return ends.find(({ type }) => type === 'Failed')?.reason;
}

/** The status is written first, then the events, and the page follows the watch: waits for all to know of every run. */
export async function wholeStory(stage: Stage, { theatre, policy, runs }: Life): Promise<Told> {
  const many = `${runs.length} runs of ${policy}`;
  await theatre.untilStatus(policy, many, ({ history }) => history?.length === runs.length, PATIENCE.within);
  const everywhere = async (): Promise<Told | false> => {
    const told = await stage.told(theatre, policy);
    const counters = told.series.filter(({ name }) => name === 'case_backup_runs_total');
    const counted = counters.reduce((sum, { value }) => sum + value, 0);
    return (
      eventsOfEnds(told.events).length >= runs.length &&
      counted >= runs.filter(({ truth }) => !isUnseen(truth)).length &&
      told
    );
  };
  return await until(`${many} to be told of everywhere`, everywhere, PATIENCE);
}
