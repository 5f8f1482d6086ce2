import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyStatus } from '../../src/api/status.ts';
import type { Job } from '../../src/controller/workloads.ts';
import { deadlineExceeded, endsBeside, exits, type PodAct, refusedByNode, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { good } from './ending.ts';
import { runningPod } from './endings-life.ts';
import { type Stage, startStage, type Theatre } from './endings-stage.ts';
import { conditionIn } from './told-of-runs.ts';

interface Template {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly jobTemplate: { readonly metadata: object; readonly spec: JobSpec } };
}
interface JobSpec {
  readonly template: { readonly spec: { readonly containers: readonly object[] } };
}

const MESH = { name: 'mesh', image: 'mesh:1' };
const withMesh = (spec: JobSpec): object => {
  const { template } = spec;
  const containers = [...template.spec.containers, MESH];
  return { ...spec, template: { ...template, spec: { ...template.spec, containers } } };
};

describe('What Kubernetes does to a Job or its pod', { concurrency: true }, () => {
  let stage: Stage;
  let theatre: Theatre;
  /** Where no pod may be made. */
  let full: Theatre;

  before(async () => {
    stage = await startStage(2);
    [theatre, full] = stage.theatres as [Theatre, Theatre];
    await stage.cluster.plane.api.create(`/api/v1/namespaces/${full.namespace}/resourcequotas`, {
      metadata: { name: 'night' },
      spec: { hard: { pods: '0' } },
    });
  });
  after(() => stage?.stop());

  /** A Job of the policy's CronJob, changed on the way as an admission or a dashboard might. */
  async function run(
    at: Theatre,
    policy: string,
    acts: readonly PodAct[],
    change: (spec: JobSpec) => object = (spec) => spec,
    spec: object = {},
  ): Promise<string> {
    const { api } = stage.cluster.plane;
    await stage.policy(at, policy, { job: { backoffLimit: 0 }, ...spec });
    const { metadata, spec: template } = await api.get<Template>(at.path('cronjobs', `case-backup-${policy}`));
    const name = `case-backup-${policy}-${Math.floor(Date.now() / 60_000)}`;
    at.script(name, [acts]);
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid };
    await api.create<Job>(at.path('jobs'), {
      metadata: { ...template.jobTemplate.metadata, name, ownerReferences: [{ ...owner, controller: true }] },
      spec: change(template.jobTemplate.spec),
    });
    return name;
  }
  const report = (policy: string, jobName: string): string => good({ policy, jobName, earlierRunId: '' });
  const verdict = (status: PolicyStatus): unknown[] => [
    status.lastRun?.result,
    status.lastRun?.reason,
    conditionIn(status, 'Fresh')?.status,
    status.history?.length,
    status.consecutiveFailures,
  ];
  const WELL = ['Succeeded', 'Verified', 'True', 1, 0];
  const hasEnded = ({ history = [] }: PolicyStatus): boolean => history.length > 0;
  const waitsFor =
    (pattern: RegExp) =>
    ({ activeRun }: PolicyStatus): boolean =>
      pattern.test(activeRun?.waiting ?? '');

  it('a sidecar that stays does not keep a backup from counting, and is named', async () => {
    const job = await run(theatre, 'sidecar', [runs()], withMesh);
    const pod = await runningPod(theatre, job);
    await theatre.kubelet.act(pod, endsBeside(0, report('sidecar', job)));
    const kept = await theatre.untilStatus('sidecar', 'what keeps the pod', waitsFor(/^PodKept: .* mesh /));
    assert.deepEqual(verdict(kept), WELL);
    assert.match(conditionIn(kept, 'Progressing')?.message ?? '', /mesh in its pod has not/);

    await theatre.kubelet.act(pod, deadlineExceeded());
    const over = await theatre.untilStatus('sidecar', 'the end of the Job', ({ activeRun }) => activeRun === undefined);
    assert.deepEqual(verdict(over), WELL);
  });

  it('a Job that is removed once it is complete has succeeded', async () => {
    const spec = { job: { backoffLimit: 0, successfulJobsHistoryLimit: 0 } };
    const job = await run(theatre, 'no-history', [runs()], undefined, spec);
    const pod = await runningPod(theatre, job);
    await theatre.kubelet.act(pod, exits(0, report('no-history', job)));
    const path = theatre.path('jobs', job);
    await until('the Job to go', async () => (await stage.cluster.plane.api.find(path)) === undefined);
    assert.deepEqual(verdict(await theatre.untilStatus('no-history', 'its end', hasEnded)), WELL);
  });

  it('a Job that lives for no second after its end has succeeded', async () => {
    const job = await run(theatre, 'ttl', [runs()], (spec) => ({ ...spec, ttlSecondsAfterFinished: 0 }));
    const pod = await runningPod(theatre, job);
    await theatre.kubelet.act(pod, exits(0, report('ttl', job)));
    assert.deepEqual(verdict(await theatre.untilStatus('ttl', 'its end', hasEnded)), WELL);
  });

  it('a pod that its node refuses is told in the words of the node', async () => {
    await run(theatre, 'refused', [refusedByNode('OutOfcpu', "Node didn't have enough resource: cpu")]);
    const { lastRun } = await theatre.untilStatus('refused', 'its end', hasEnded);
    assert.deepEqual([lastRun?.result, lastRun?.reason], ['Failed', 'OutOfcpu']);
    assert.match(lastRun?.message ?? '', /enough resource: cpu/);
  });

  it('a Job that a queue holds is told so', async () => {
    await run(theatre, 'queued', [], (spec) => ({ ...spec, suspend: true }));
    const status = await theatre.untilStatus('queued', 'the queue', waitsFor(/^JobSuspended: /));
    assert.equal(conditionIn(status, 'Progressing')?.reason, 'Waiting');
  });

  it('a service account that is not there is told while the run waits', async () => {
    const nobody = (spec: JobSpec): object => ({
      ...spec,
      template: { ...spec.template, spec: { ...spec.template.spec, serviceAccountName: 'nobody' } },
    });
    await run(theatre, 'no-account', [], nobody);
    await theatre.untilStatus('no-account', 'the refusal', waitsFor(/^FailedCreate: .*"?nobody"? not found/));
  });

  it('a quota is told while the run waits, and is the reason at its end', async () => {
    const job = await run(full, 'quota', []);
    await full.untilStatus('quota', 'the quota', waitsFor(/^FailedCreate: .*exceeded quota: night/));
    await stage.cluster.plane.api.patch(full.path('jobs', job), { spec: { activeDeadlineSeconds: 1 } });
    const { lastRun } = await full.untilStatus('quota', 'its end', hasEnded);
    assert.deepEqual([lastRun?.result, lastRun?.reason], ['Failed', 'FailedCreate']);
    assert.match(lastRun?.message ?? '', /exceeded quota: night/);
  });
});
