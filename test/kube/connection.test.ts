import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { forEachParallel } from '../../src/host/parallel.ts';
import type { KubeClient, ListPage } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import type { KubeError } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { CRON_JOBS, JOBS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { answers, hangs, resets, tooMany } from '../cluster/faults.ts';
import { inTime, until } from '../cluster/until.ts';
import { aCronJob, type TestCronJob } from './a-cron-job.ts';
import { allowAll } from './account.ts';

const manager = { fieldManager: 'test' };
const all = (): boolean => true;

let plane: ControlPlane;
let proxy: FaultProxy;
let namespace: string;
let client: KubeClient;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  proxy = await startFaultProxy(plane);
  namespace = await plane.ownNamespace();
  await allowAll(plane, namespace);
  client = await connected();
});
after(async () => {
  await client.close();
  await proxy.close();
  await plane.stop();
});

async function connected(options: { deadlineMs?: number; account?: string } = {}): Promise<KubeClient> {
  const kubeconfig = await proxy.serviceAccount(namespace, options.account ?? 'controller');
  return connect({ kubeconfig, userAgent: 'test', deadlineMs: options.deadlineMs });
}

const failure = async (call: Promise<unknown>): Promise<KubeError> =>
  await call.then(
    () => assert.fail('it worked'),
    (error) => error,
  );

test('two hundred calls share a few connections', async () => {
  const own = await connected();
  const before = proxy.connectionsSoFar();
  await forEachParallel(Array(200).keys(), 4, async () => void (await own.list(JOBS, { namespace, limit: 1 })));
  const opened = proxy.connectionsSoFar() - before;
  assert.ok(opened <= 4, `${opened} connections`);
  await own.close();
});

test('watches never wait for each other, nor calls for them', { timeout: 60_000 }, async () => {
  const own = await connected();
  const { resourceVersion } = await own.list(JOBS, { namespace });
  const ending = new AbortController();
  const options = { namespace, resourceVersion, timeoutSeconds: 300, signal: ending.signal };
  const watches = Array.from({ length: 40 }, () => own.watch(JOBS, options, () => undefined).catch(() => undefined));
  await until('forty watches', () => proxy.open(({ verb }) => verb === 'watch').length >= 40);
  await own.list(JOBS, { namespace, limit: 1 });
  ending.abort();
  await Promise.all(watches);
  await own.close();
});

test('closing leaves no connection open', async () => {
  const own = await startFaultProxy(plane);
  const closing = connect({ kubeconfig: await own.serviceAccount(namespace, 'controller'), userAgent: 'test' });
  await closing.list(JOBS, { namespace });
  assert.equal(own.connections(), 1);
  await closing.close();
  await until('the connection to be closed', () => own.connections() === 0);
  await own.close();
});

test('a server that does not answer is left at the deadline', async () => {
  const own = await connected({ deadlineMs: 300 });
  const rule = proxy.fault(all, hangs());
  const start = performance.now();
  const error = await failure(own.get(JOBS, namespace, 'x'));
  const tookMs = performance.now() - start;
  rule.remove();
  assert.equal(error.reason, 'Timeout');
  assert.equal(error.message, `can't get jobs ${namespace}/x: no whole answer within 0.3 s`);
  assert.ok(tookMs >= 290 && tookMs < 5_000, `${tookMs} ms`);
  await until('the call to be off the wire', () => proxy.open().length === 0);
  await own.close();
});

test("a caller's signal ends the call", async () => {
  const rule = proxy.fault(all, hangs());
  const stop = new AbortController();
  const call = failure(client.get(JOBS, namespace, 'x', stop.signal));
  await until('the call to hang', () => rule.hits() === 1);
  stop.abort();
  assert.equal((await inTime('the call to end', call)).reason, 'Aborted');
  rule.remove();
  await until('the call to be off the wire', () => proxy.open().length === 0);
});

test('a connection that breaks as it is used again costs a reader nothing', async () => {
  await client.list(JOBS, { namespace });
  const rule = proxy.fault((request) => request.verb === 'list', resets(), { times: 1 });
  await client.list(JOBS, { namespace });
  assert.equal(rule.hits(), 1);
});

test('a create whose connection breaks is not sent twice', async () => {
  await client.list(JOBS, { namespace });
  const rule = proxy.fault((request) => request.verb === 'create', resets(), { times: 2 });
  const error = await failure(client.create(CRON_JOBS, aCronJob(namespace, 'once'), manager));
  rule.remove();
  assert.equal(error.reason, 'Unreachable');
  assert.equal(rule.hits(), 1);
});

test('a server that is away is unreachable, and nothing about us is in the error', async () => {
  const token = await plane.token(namespace, 'controller');
  await proxy.unreachable();
  const error = await failure(client.get(JOBS, namespace, 'x'));
  await proxy.reachable();
  assert.equal(error.reason, 'Unreachable');
  assert.match(error.message, /^can't get jobs \S+\/x: .*ECONN(REFUSED|RESET)/);
  const shown = inspect(error, { depth: 10 });
  assert.ok(!shown.includes('Bearer') && !shown.includes(token.slice(0, 20)), shown);
});

test("the server's refusals carry its reason", async () => {
  const stranger = await connected({ account: 'stranger' });
  const forbidden = await failure(stranger.list(JOBS, { namespace }));
  assert.deepEqual([forbidden.reason, forbidden.status], ['Forbidden', 403]);
  assert.match(forbidden.message, /^can't list jobs in \S+: jobs.batch is forbidden: User "system:serviceaccount:/);
  await stranger.close();

  proxy.fault(all, tooMany(3), { times: 1 });
  const busy = await failure(client.list(JOBS, { namespace }));
  assert.deepEqual([busy.reason, busy.status, busy.retryAfterMs], ['TooManyRequests', 429, 3_000]);
  proxy.fault(all, answers(503), { times: 1 });
  assert.equal((await failure(client.list(JOBS, { namespace }))).reason, 'ServiceUnavailable');
});

test('what is not there is undefined when read', async () => {
  assert.equal(await client.get(JOBS, namespace, 'nobody'), undefined);
});

test('a list comes in pages of one version', async () => {
  const own = await plane.ownNamespace();
  await allowAll(plane, own);
  const admin = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await admin.create(CRON_JOBS, aCronJob(own, name), manager);
  const first = await admin.list(CRON_JOBS, { namespace: own, limit: 2 });
  assert.ok(first.continue);
  await admin.create(CRON_JOBS, aCronJob(own, 'f'), manager);
  const names = first.items.map((item) => item.metadata.name);
  const versions = new Set([first.resourceVersion]);
  for (let next: string | undefined = first.continue; next; ) {
    const page: ListPage<KubeObject> = await admin.list(CRON_JOBS, { namespace: own, limit: 2, continue: next });
    names.push(...page.items.map((item) => item.metadata.name));
    versions.add(page.resourceVersion);
    next = page.continue;
  }
  assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
  assert.equal(versions.size, 1);
  await admin.close();
});

test('applying the same again changes nothing, applying something else does', async () => {
  const apply = (spec: object): Promise<TestCronJob> =>
    client.apply(CRON_JOBS, aCronJob(namespace, 'applied', spec), { ...manager, force: true });
  const first = await apply({});
  const second = await apply({});
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const third = await apply({ schedule: '0 4 * * *' });
  assert.notEqual(third.metadata.resourceVersion, first.metadata.resourceVersion);
  assert.equal(third.spec.schedule, '0 4 * * *');
});

test('applying a field that does not exist is refused', async () => {
  const misspelled = aCronJob(namespace, 'misspelled', { shedule: '0 4 * * *' });
  const error = await failure(client.apply(CRON_JOBS, misspelled, { ...manager, force: true }));
  assert.match(error.message, /shedule: field not declared in schema/);
});

test("applying takes another manager's field only by force", async () => {
  const apply = (fieldManager: string, schedule: string, force: boolean): Promise<TestCronJob> =>
    client.apply(CRON_JOBS, aCronJob(namespace, 'contested', { schedule }), { fieldManager, force });
  await apply('somebody', '0 4 * * *', false);
  assert.equal((await failure(apply('test', '0 5 * * *', false))).reason, 'Conflict');
  assert.equal((await apply('test', '0 5 * * *', true)).spec.schedule, '0 5 * * *');
});

test('applying a status changes only the status', async () => {
  await client.create(CRON_JOBS, aCronJob(namespace, 'told'), manager);
  const { metadata } = aCronJob(namespace, 'told');
  const change = { metadata, spec: { schedule: '0 9 * * *' }, status: { lastScheduleTime: '2026-11-23T03:00:00Z' } };
  const partial = change as unknown as TestCronJob;
  const told = await client.apply(CRON_JOBS, partial, { ...manager, force: true, subresource: 'status' });
  assert.equal(told.status?.lastScheduleTime, '2026-11-23T03:00:00Z');
  assert.equal(told.spec.schedule, '0 3 * * *');
});

test('of two who replace the same version the second is told so', async () => {
  const made = await client.create(CRON_JOBS, aCronJob(namespace, 'raced'), manager);
  assert.equal(
    (await failure(client.create(CRON_JOBS, aCronJob(namespace, 'raced'), manager))).reason,
    'AlreadyExists',
  );
  await client.replace(CRON_JOBS, { ...made, spec: { ...made.spec, schedule: '0 4 * * *' } }, manager);
  const late = client.replace(CRON_JOBS, { ...made, spec: { ...made.spec, schedule: '0 5 * * *' } }, manager);
  assert.deepEqual([(await failure(late)).reason, (await failure(late)).status], ['Conflict', 409]);
});
