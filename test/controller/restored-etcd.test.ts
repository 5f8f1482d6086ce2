import { after, before, describe, it } from 'node:test';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const PATIENCE = { within: 60_000, everyMs: 200 };

describe('When etcd is restored from a backup', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const policies = async (): Promise<string[]> =>
    readMetrics((await controller.page('/metrics')).text).flatMap(({ name, labels }) =>
      name === 'case_backup_policy_info' ? [labels['policy'] ?? ''] : [],
    );
  const cronJob = (name: string) =>
    until(
      `the CronJob of ${name}`,
      () => cluster.plane.api.find(office.path('cronjobs', `case-backup-${name}`)).catch(() => undefined),
      PATIENCE,
    );

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    // Longer than the server is away.
    controller = await startLeader({ ...office, more: ['--lease-duration', '120'] });
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('the controller notices, lists again within a minute, and works on from what there is', {
    timeout: 240_000,
  }, async () => {
    await office.apply(aPolicy('before'));
    await cronJob('before');
    const restore = await cluster.plane.saveEtcd();
    await office.apply(aPolicy('since'));
    await cronJob('since');
    await until('both on the page', async () => (await policies()).length === 2, PATIENCE);

    await restore();
    await until('the one that is gone to be gone', async () => (await policies()).join() === 'before', PATIENCE);
    await office.apply(aPolicy('later'));
    await cronJob('later');
  });
});
