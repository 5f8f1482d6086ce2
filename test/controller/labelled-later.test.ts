import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { conditionOf, type Job } from '../../src/controller/workloads.ts';
import { exits, OWN_SLOT, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { aReport } from './a-report.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

interface Labelled {
  metadata?: { labels?: object };
}

describe("A Job that a tool has made of the CronJob's template without its labels", { concurrency: true }, () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  /** Neither the Job nor its pods bear a label of ours. */
  async function bareJob(policy: string): Promise<string> {
    await office.apply(aPolicy(policy));
    const path = office.path('cronjobs', `case-backup-${policy}`);
    interface Template {
      readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: Labelled } } };
    }
    const { spec } = await until('the CronJob', () => cluster.plane.api.find<Template>(path));
    const jobSpec = structuredClone(spec.jobTemplate.spec);
    delete jobSpec.template.metadata;
    const name = `${policy}-of-a-tool`;
    await cluster.plane.api.create(office.path('jobs'), { metadata: { name }, spec: jobSpec });
    return name;
  }
  async function ends(job: string, policy: string): Promise<void> {
    const pod = await office.kubelet.pod({ job });
    await office.kubelet.act(pod, runs(), exits(0, JSON.stringify(aReport(OWN_SLOT, { policy }))));
    await until('the end of the Job', async () =>
      conditionOf(await cluster.plane.api.get<Job>(office.path('jobs', job)), 'Complete'),
    );
  }
  /** As docs/kubernetes.md has it. */
  async function label(job: string, policy: string): Promise<void> {
    const labels = [`casebackup.io/policy=${policy}`, 'casebackup.io/role=backup'];
    const { code, stderr } = await cluster.plane.kubectl(['label', 'job', job, '-n', office.namespace, ...labels]);
    assert.equal(code, 0, stderr);
  }

  it('is counted with its backup once it is labelled, also when it had ended before', async () => {
    const job = await bareJob('ended');
    await ends(job, 'ended');
    await delay(2_000);
    assert.equal((await office.status('ended')).lastRun, undefined);
    await label(job, 'ended');
    const { lastRun, lastSuccess } = await office.untilStatus(
      'ended',
      'the run',
      (status) => status.lastRun !== undefined,
    );
    assert.deepEqual(
      [lastRun?.jobName, lastRun?.trigger, lastRun?.result, lastRun?.reason],
      [job, 'Manual', 'Succeeded', 'Verified'],
    );
    assert.equal(lastSuccess?.backupPath, lastRun?.backupPath);
    await until('its event', async () =>
      (await office.events('ended')).some(({ reason }) => reason === 'BackupSucceeded'),
    );
  });

  it('is the run that goes on when it is labelled before it ends, and then counted as it ends', async () => {
    const job = await bareJob('running');
    const pod = await office.kubelet.pod({ job });
    await office.kubelet.act(pod, runs());
    await label(job, 'running');
    await office.untilStatus('running', 'the run', ({ activeRun }) => activeRun?.jobName === job);
    await ends(job, 'running');
    const { lastRun, activeRun } = await office.untilStatus(
      'running',
      'its end',
      (status) => status.lastRun !== undefined,
    );
    assert.deepEqual([lastRun?.jobName, lastRun?.result, activeRun], [job, 'Succeeded', undefined]);
  });
});
