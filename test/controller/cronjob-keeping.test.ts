import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { PolicyStatus } from '../../src/api/status.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startController, startLeader } from './controller-process.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { conditionIn } from './told-of-runs.ts';

const ready = (status: PolicyStatus): string => {
  const { status: is, reason } = conditionIn(status, 'Ready') ?? {};
  return `${is} ${reason}`;
};
const isReady = (status: PolicyStatus): boolean => ready(status) === 'True Scheduled';

describe('The CronJob of a policy', { concurrency: true }, () => {
  let cluster: Cluster;
  const started: ControllerProcess[] = [];

  before(async () => {
    cluster = await startCluster();
  });
  after(async () => {
    for (const controller of started) await controller.stop();
    await cluster?.stop();
  });
  async function scene(): Promise<Office> {
    const office = await cluster.office();
    started.push(await startLeader(office));
    return office;
  }

  it('is made once a refusal has passed, though nobody touches the policy, and nothing comes next until then', async () => {
    const office = await scene();
    const quota = `/api/v1/namespaces/${office.namespace}/resourcequotas`;
    await cluster.plane.api.create(quota, {
      metadata: { name: 'none' },
      spec: { hard: { 'count/cronjobs.batch': '0' } },
    });
    await until('the quota to be known', async () => {
      const { status } = await cluster.plane.api.get<{ status?: { hard?: object } }>(`${quota}/none`);
      return status?.hard !== undefined;
    });
    await office.apply(aPolicy('refused'));
    const refused = await office.untilStatus(
      'refused',
      'the refusal',
      (status) => ready(status) === 'False CronJobRefused',
    );
    assert.deepEqual([refused.nextScheduleTime, refused.cronJobName], [undefined, undefined]);
    await cluster.plane.api.remove(`${quota}/none`);
    const { nextScheduleTime } = await office.untilStatus('refused', 'Ready', isReady, 60_000);
    assert.notEqual(nextScheduleTime, undefined);
  });

  it('is adopted when its owner was lost, and keeps its runs', async () => {
    const office = await scene();
    await office.apply(aPolicy('orphan'));
    await office.untilStatus('orphan', 'Ready', isReady);
    const path = office.path('cronjobs', 'case-backup-orphan');
    const { metadata } = await cluster.plane.api.get<{ metadata: { uid: string } }>(path);
    await cluster.plane.api.patch(path, { metadata: { ownerReferences: null } });
    interface Owned {
      readonly metadata: { readonly uid: string; readonly ownerReferences?: readonly { readonly name: string }[] };
    }
    const adopted = await until('its owner', async () => {
      const cronJob = await cluster.plane.api.get<Owned>(path);
      return cronJob.metadata.ownerReferences?.[0]?.name === 'orphan' && cronJob;
    });
    assert.equal(adopted.metadata.uid, metadata.uid);
    assert.ok(isReady(await office.status('orphan')));
  });

  it('is left alone by two controllers that would have it differently, and both say so', async () => {
    const office = await scene();
    await office.apply(aPolicy('contested'));
    await office.untilStatus('contested', 'Ready', isReady);
    const other = await startController({
      ...office,
      more: ['--lease-name', 'another', '--job-image', 'example/other:1'],
    });
    started.push(other);
    const status = await office.untilStatus(
      'contested',
      'the conflict',
      (now) => ready(now) === 'False ControllerConflict',
    );
    const [mine, its] = [`${office.namespace}/case-backup-controller`, `${office.namespace}/another`];
    const message = conditionIn(status, 'Ready')?.message ?? '';
    assert.ok(message.includes(mine) && message.includes(its), message);
    assert.ok(started.some((one) => one.log().some((line) => line.includes('two controllers keep'))));

    // Both have heard of it by then.
    await delay(2_000);
    office.proxy.forget();
    await delay(5_000);
    assert.deepEqual(
      office.proxy.writes(({ resource }) => resource !== 'leases').map(({ verb, resource }) => `${verb} ${resource}`),
      [],
    );
    const series = readMetrics((await other.page('/metrics')).text);
    assert.equal(series.find(({ name }) => name === 'case_backup_controller_contested_policies')?.value, 1);
  });
});
