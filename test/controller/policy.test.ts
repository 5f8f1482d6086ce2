import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CronJob } from '../../src/controller/workloads.ts';
import { exits, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { aReport } from './a-report.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

describe('A policy in a cluster', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const cronJob = (name = 'nightly') => cluster.plane.api.find<CronJob>(office.path('cronjobs', `case-backup-${name}`));

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startController(office);
    await until('the controller to lead', () => controller.log().some((line) => line.includes('"leading"')));
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('has its CronJob within a second of kubectl apply', async () => {
    await office.apply(aPolicy());
    const start = performance.now();
    const made = await until('the CronJob', () => cronJob(), { everyMs: 10 });
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
    assert.equal(made.spec?.['schedule'], '0 3 * * *');
    assert.equal(made.spec?.['timeZone'], 'Etc/UTC');
    const status = await office.untilStatus(
      'nightly',
      'Ready',
      ({ conditions = [] }) => conditions[0]?.status === 'True',
    );
    assert.equal(status.cronJobName, 'case-backup-nightly');
  });

  it('turns a run by hand into a status that says what its report says', async () => {
    const job = await office.runByHand('nightly', 'by-hand');
    const pod = await office.kubelet.pod({ job: 'by-hand' });
    await office.kubelet.act(pod, runs());
    await office.untilStatus('nightly', 'the active run', ({ activeRun }) => activeRun?.jobName === 'by-hand');
    await office.kubelet.act(pod, exits(0, JSON.stringify(aReport('by-hand'))));
    const status = await office.untilStatus('nightly', 'the success', ({ lastRun }) => lastRun?.result === 'Succeeded');
    assert.equal(status.lastRun?.jobUid, job.metadata.uid);
  });
});
