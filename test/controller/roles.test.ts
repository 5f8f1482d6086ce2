import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Job } from '../../src/controller/workloads.ts';
import { runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: object;
}

interface MadeCronJob {
  readonly metadata: object & { readonly ownerReferences: readonly object[] };
  readonly spec: { readonly jobTemplate: Template };
}

describe('What is no night of a policy', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startLeader(office);
    await office.apply(aPolicy());
    await office.untilStatus('nightly', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  const cronJob = () => cluster.plane.api.get<MadeCronJob>(office.path('cronjobs', 'case-backup-nightly'));

  /** A Job as the CronJob would make it, of another role or of none. */
  async function makeJob(name: string, role: string | undefined): Promise<void> {
    const { metadata, spec } = (await cronJob()).spec.jobTemplate;
    const { 'casebackup.io/role': _, ...labels } = metadata.labels;
    const its = { ...labels, ...(role === undefined ? {} : { 'casebackup.io/role': role }) };
    await cluster.plane.api.create(office.path('jobs'), { metadata: { name, labels: its }, spec });
  }

  /** As kube-controller-manager ends it. */
  async function end(name: string): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: 'BackoffLimitExceeded',
      message: 'x',
      lastTransitionTime: now,
    });
    const status = { startTime: now, conditions: [condition('FailureTarget'), condition('Failed')], failed: 1 };
    await cluster.plane.api.patch(`${office.path('jobs', name)}/status`, { status });
  }

  it('a Job of another role, or of none: it is neither active nor counted, and nobody is told of it', async () => {
    await cluster.plane.stopControllerManager();
    const others = { restore: 'restore', drill: 'drill', copy: 'copy', bare: undefined };
    for (const [name, role] of Object.entries(others)) await makeJob(name, role);
    for (const name of ['drill', 'bare']) await end(name);
    // A night afterwards: when that is told, the others would have been.
    await makeJob('night', 'backup');
    const { activeRun } = await office.untilStatus('nightly', 'a run', (status) => status.activeRun !== undefined);
    assert.equal(activeRun?.jobName, 'night');
    await end('night');
    const status = await office.untilStatus('nightly', 'its end', ({ history = [] }) => history.length > 0);
    assert.deepEqual(
      [status.history?.map(({ jobName }) => jobName), status.activeRun, status.consecutiveFailures],
      [['night'], undefined, 1],
    );
    const ends = await until('its event', async () => {
      const events = (await office.events('nightly')).filter(({ reason }) => reason === 'BackupFailed');
      return events.length > 0 && events;
    });
    assert.deepEqual(
      ends.map(({ note }) => note.split(':')[0]),
      ['Job night'],
    );
    const counted = readMetrics((await controller.page('/metrics')).text).filter(
      ({ name }) => name === 'case_backup_runs_total',
    );
    assert.equal(
      counted.reduce((sum, { value }) => sum + value, 0),
      1,
    );
    await cluster.plane.startControllerManager();
  });

  it("the times of a CronJob of another role, though the policy's own", async () => {
    const { metadata, spec } = await cronJob();
    const { labels } = spec.jobTemplate.metadata;
    const drill = office.path('cronjobs', 'case-drill-nightly');
    await cluster.plane.api.create(office.path('cronjobs'), {
      metadata: {
        name: 'case-drill-nightly',
        labels: { ...labels, 'casebackup.io/role': 'drill' },
        ownerReferences: metadata.ownerReferences,
      },
      spec: { ...spec, suspend: true },
    });
    const long = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
    await cluster.plane.api.patch(`${drill}/status`, { status: { lastScheduleTime: long } });
    await office.runByHand('nightly', 'by-hand');
    await office.kubelet.act(await office.kubelet.pod({ job: 'by-hand' }), runs());
    const status = await office.untilStatus('nightly', 'a run', ({ activeRun }) => activeRun?.jobName === 'by-hand');
    assert.deepEqual([status.lastScheduleTime, status.cronJobName], [undefined, 'case-backup-nightly']);
    assert.deepEqual(
      status.history?.map(({ jobName }) => jobName),
      ['night'],
    );
  });

  it('is put right when somebody takes the role away from its CronJob', async () => {
    const path = office.path('cronjobs', 'case-backup-nightly');
    const role = async () => (await cluster.plane.api.get<Job>(path)).metadata.labels?.['casebackup.io/role'];
    for (const wrong of [null, 'drill']) {
      await cluster.plane.api.patch(path, { metadata: { labels: { 'casebackup.io/role': wrong } } });
      await until('the role to be put back', async () => (await role()) === 'backup');
    }
  });
});
