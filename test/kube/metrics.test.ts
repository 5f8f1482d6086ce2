import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createKubeMetrics } from '../../src/kube/metrics.ts';
import { createWorkqueue } from '../../src/kube/workqueue.ts';
import { steppedClock } from '../store/stepped-clock.ts';

/** The samples of a scrape by `name{labels}`, without the buckets. */
async function scrape(registry: Registry): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !/^#|_bucket/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('everything that can happen is zero before it does', async () => {
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  metrics.reconciler('policies', 2);
  metrics.workqueue('policies');
  metrics.elector('case-backup-controller');
  metrics.reflector.watching('jobs');
  const queue = '{name="policies",controller="policies"}';
  assert.deepEqual(await scrape(registry), {
    'case_backup_controller_watch_restarts_total{resource="jobs"}': 0,
    'controller_runtime_reconcile_total{controller="policies",result="success"}': 0,
    'controller_runtime_reconcile_total{controller="policies",result="error"}': 0,
    'controller_runtime_reconcile_total{controller="policies",result="requeue_after"}': 0,
    'controller_runtime_reconcile_errors_total{controller="policies"}': 0,
    'controller_runtime_reconcile_time_seconds_sum{controller="policies"}': 0,
    'controller_runtime_reconcile_time_seconds_count{controller="policies"}': 0,
    'controller_runtime_max_concurrent_reconciles{controller="policies"}': 2,
    'controller_runtime_active_workers{controller="policies"}': 0,
    'leader_election_master_status{name="case-backup-controller"}': 0,
    [`workqueue_adds_total${queue}`]: 0,
    [`workqueue_retries_total${queue}`]: 0,
    [`workqueue_queue_duration_seconds_sum${queue}`]: 0,
    [`workqueue_queue_duration_seconds_count${queue}`]: 0,
    [`workqueue_work_duration_seconds_sum${queue}`]: 0,
    [`workqueue_work_duration_seconds_count${queue}`]: 0,
  });
});

test('a reconcile is counted by its result, and while it runs as a worker', async () => {
  const registry = new Registry();
  const reconciles = createKubeMetrics(registry).reconciler('policies', 1);
  const ended = reconciles.started();
  assert.equal((await scrape(registry))['controller_runtime_active_workers{controller="policies"}'], 1);
  ended('requeue_after');
  reconciles.started()('error');
  const now = await scrape(registry);
  assert.equal(now['controller_runtime_active_workers{controller="policies"}'], 0);
  assert.equal(now['controller_runtime_reconcile_total{controller="policies",result="requeue_after"}'], 1);
  assert.equal(now['controller_runtime_reconcile_errors_total{controller="policies"}'], 1);
  assert.equal(now['controller_runtime_reconcile_time_seconds_count{controller="policies"}'], 2);
});

test('a queue shows who waits, who runs and for how long, and what took how long', async () => {
  const registry = new Registry();
  const clock = steppedClock();
  const queue = createWorkqueue({ name: 'q', clock, metrics: createKubeMetrics(registry).workqueue('q') });
  const gate = Promise.withResolvers<void>();
  for (const key of ['a', 'b', 'a']) queue.add(key);
  clock.advance(500);
  const run = queue.run(() => gate.promise, { workers: 1, failed: assert.fail });
  clock.advance(2_000);
  const labels = '{name="q",controller="q"}';
  const during = await scrape(registry);
  assert.equal(during[`workqueue_depth${labels}`], 1);
  assert.equal(during[`workqueue_adds_total${labels}`], 2);
  assert.equal(during[`workqueue_queue_duration_seconds_sum${labels}`], 0.5);
  assert.equal(during[`workqueue_unfinished_work_seconds${labels}`], 2);
  assert.equal(during[`workqueue_longest_running_processor_seconds${labels}`], 2);
  queue.addBackoff('c');
  const stopped = queue.stop();
  gate.resolve();
  await Promise.all([stopped, run]);
  const after = await scrape(registry);
  assert.equal(after[`workqueue_work_duration_seconds_sum${labels}`], 2);
  assert.equal(after[`workqueue_unfinished_work_seconds${labels}`], 0);
  assert.equal(after[`workqueue_retries_total${labels}`], 1);
});

test('a call is counted by its code, a call without an answer as <error>', async () => {
  const registry = new Registry();
  const { client } = createKubeMetrics(registry);
  client.requested({ method: 'GET', host: 'api:6443', code: '200', seconds: 0.02 });
  client.requested({ method: 'GET', host: 'api:6443', code: '<error>', seconds: 15 });
  const now = await scrape(registry);
  assert.equal(now['rest_client_requests_total{code="200",method="GET",host="api:6443"}'], 1);
  assert.equal(now['rest_client_requests_total{code="<error>",method="GET",host="api:6443"}'], 1);
  assert.equal(now['rest_client_request_duration_seconds_count{verb="GET",host="api:6443"}'], 2);
});
