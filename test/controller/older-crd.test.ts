import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { policyCrd } from '../../src/api/crd.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import { applyCrds } from '../cluster/crds.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { anotherCrd, partOf } from './another-crd.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { goodRun } from './good-run.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

/** Without a field of the status, a field of the spec, and a type of condition. */
const OLDER = anotherCrd((spec, status) => {
  delete spec.properties['guards'];
  delete status.properties['quota'];
  const type = partOf(partOf(status, 'conditions').items, 'type');
  type.enum = type.enum.filter((word) => word !== 'QuotaSufficient');
});

describe('A CRD that is older than the controller', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const value = async (name: string): Promise<number | undefined> =>
    readMetrics((await controller.page('/metrics')).text).find((one) => one.name === `case_backup_${name}`)?.value;
  const readyOf = ({ conditions = [] }: PolicyStatus) => conditions.find(({ type }) => type === 'Ready');
  const untilReady = (reason: string, within?: number) =>
    office.untilStatus('nightly', reason, (status) => readyOf(status)?.reason === reason, within);
  const statusWrites = () => office.proxy.requests(({ subresource }) => subresource === 'status').length;

  before(async () => {
    cluster = await startCluster(OLDER);
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  async function isToldEverywhere(job: string, count: number): Promise<void> {
    await until('its event', async () =>
      (await office.events('nightly')).some(
        ({ reason, note }) => reason === 'BackupSucceeded' && note.startsWith(`Job ${job}:`),
      ),
    );
    await until('its metrics', async () => {
      const series = readMetrics((await controller.page('/metrics')).text);
      const counted = series.filter(({ name }) => name === 'case_backup_runs_total');
      return counted.reduce((sum, one) => sum + one.value, 0) === count;
    });
    assert.equal(await value('last_run_success'), 1);
  }

  it('is named in Ready and by a metric, and its policies are looked after', async () => {
    await office.apply(aPolicy());
    const ready = readyOf(await untilReady('CrdOutdated'));
    assert.equal(ready?.status, 'True');
    assert.equal(
      ready.message,
      "accepted; the CronJob stands; the installed CRD is older than this controller and can't hold spec.guards, status.conditions[].type QuotaSufficient, status.quota; apply k8s/crds/",
    );
    assert.equal(await value('controller_crd_outdated'), 1);
  });

  it('holds all of a run that it can, and nobody loses more', async () => {
    const status = await goodRun(office, 'one');
    assert.equal(status.quota, undefined);
    assert.deepEqual(
      status.conditions?.map(({ type }) => type),
      CONDITION_TYPES.filter((type) => type !== 'QuotaSufficient'),
    );
    assert.deepEqual(
      [status.lastRun?.archiveBytes, status.retention?.backups, status.history?.length, status.activeRun],
      [70_911_000_000, 30, 1, undefined],
    );
    await isToldEverywhere('one', 1);
  });

  it('is not written to over and over for what it can not hold', async () => {
    await office.condition('nightly', 'Ready');
    const before = statusWrites();
    // A change of something else is a look at the policy.
    for (const team of ['law', 'tax'])
      await cluster.plane.api.patch(office.path('cronjobs', 'case-backup-nightly'), { metadata: { labels: { team } } });
    await office.apply(aPolicy('another'));
    await office.untilStatus('another', 'Ready', (status) => readyOf(status)?.reason === 'CrdOutdated');
    assert.equal(statusWrites(), before + 1);
  });

  it('is noticed to be up to date within a minute of its upgrade, and shows all again', {
    timeout: 120_000,
  }, async () => {
    await applyCrds(cluster.plane.api, [policyCrd()]);
    await untilReady('Scheduled', 60_000);
    assert.equal(await value('controller_crd_outdated'), 0);
    const status = await goodRun(office, 'two');
    assert.equal(status.quota?.allocatedBytes, 5_000_000_000_000);
    assert.equal(status.conditions?.length, CONDITION_TYPES.length);
    await isToldEverywhere('two', 2);
  });

  it('is noticed when it is put back under a running controller', { timeout: 120_000 }, async () => {
    await applyCrds(cluster.plane.api, [OLDER]);
    const status = await goodRun(office, 'three');
    assert.equal(readyOf(status)?.reason, 'CrdOutdated');
    assert.deepEqual(
      status.history?.map(({ jobName }) => jobName),
      ['three', 'two', 'one'],
    );
    assert.equal(await value('controller_crd_outdated'), 1);
    await isToldEverywhere('three', 3);
  });
});
