import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { POLICY_METRICS } from '../../src/controller/policy/policy-metrics.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { goodRun } from './good-run.ts';
import { readMetrics, type Series } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

describe("The controller's metrics", () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const page = async (): Promise<string> => (await controller.page('/metrics')).text;
  const ofPolicy = async (policy: string): Promise<Series[]> =>
    readMetrics(await page()).filter(({ labels }) => labels['policy'] === policy);
  const value = (series: readonly Series[], name: string): number | undefined =>
    series.find((each) => each.name === `case_backup_${name}`)?.value;

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startController(office);
    await office.apply(aPolicy());
    await office.apply(aPolicy('idle'));
    await office.untilStatus('idle', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
    await goodRun(office, 'by-hand');
    await until('the series to follow', async () => (value(await ofPolicy('nightly'), 'last_run_success') ?? 0) === 1);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('are what promtool takes for good manners', async () => {
    const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
      input: await page(),
      encoding: 'utf8',
    });
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !FOREIGN.test(line));
    assert.deepEqual(ours, []);
    assert.ok(status === 0 || ours.length === 0);
  });

  it('have every series of a policy that never ran, as numbers', async () => {
    const series = await ofPolicy('idle');
    const names = new Set(series.map(({ name }) => name));
    assert.deepEqual(
      POLICY_METRICS.map(({ name }) => name).filter((name) => !names.has(name)),
      [],
    );
    assert.deepEqual(
      series.filter((each) => !Number.isFinite(each.value)),
      [],
    );
    assert.equal(value(series, 'last_success_timestamp_seconds'), 0);
    assert.equal(value(series, 'schedule_interval_seconds'), 86_400);
    const conditions = series.filter(({ name }) => name === 'case_backup_policy_condition');
    assert.equal(conditions.length, CONDITION_TYPES.length * 3);
    for (const type of CONDITION_TYPES) {
      const sum = conditions.filter(({ labels }) => labels['type'] === type).reduce((all, each) => all + each.value, 0);
      assert.equal(sum, 1, `${type} has one status`);
    }
    assert.deepEqual(
      series.filter(({ name }) => name === 'case_backup_runs_total').map((each) => each.value),
      Array(10).fill(0),
    );
  });

  it('say of a policy what its status says', async () => {
    const [series, status] = [await ofPolicy('nightly'), await office.status('nightly')];
    assert.equal(value(series, 'last_success_timestamp_seconds'), Date.parse(status.lastSuccessTime ?? '') / 1000);
    assert.equal(value(series, 'last_success_archive_bytes'), status.lastSuccess?.archiveBytes);
    assert.equal(value(series, 'archives'), 30);
    assert.equal(value(series, 'destination_quota_bytes'), 5e12);
    const manual = series.find(
      ({ name, labels }) =>
        name === 'case_backup_runs_total' && labels['result'] === 'Succeeded' && labels['trigger'] === 'Manual',
    );
    assert.equal(manual?.value, 1);
  });

  it('are the same after a restart, from the status alone', async () => {
    const before = await ofPolicy('nightly');
    // Nothing but the status is left to tell of the run.
    await cluster.plane.api.remove(office.path('jobs', 'by-hand'));
    await controller.stop();
    controller = await startController(office);
    await until('the first lists', async () => (await controller.page('/readyz')).status === 200);
    assert.deepEqual(await ofPolicy('nightly'), before);
  });

  it('have the names of controller-runtime and client-go', async () => {
    const wanted = [
      'controller_runtime_reconcile_total',
      'controller_runtime_reconcile_time_seconds_bucket',
      'workqueue_depth',
      'workqueue_adds_total',
      'rest_client_requests_total',
      'leader_election_master_status',
      'process_resident_memory_bytes',
    ];
    // Those of the work begin with it, once this replica leads; the one that never comes is told.
    await until('the series of one that works', async () => {
      const names = new Set(readMetrics(await page()).map(({ name }) => name));
      for (const name of wanted) assert.ok(names.has(name), name);
      return true;
    });
  });
});

/** Names that are not ours to choose: prom-client's defaults, and controller-runtime's and client-go's. */
const FOREIGN = /^(nodejs|process|workqueue|rest_client|leader_election|controller_runtime)_/;
