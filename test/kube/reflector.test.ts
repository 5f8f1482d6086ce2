import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { type Change, type Reflector, type ReflectorOptions, startReflector } from '../../src/kube/reflector.ts';
import { CRON_JOBS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { answers, gone, goneInStream, hangs, resets, silent, tooMany } from '../cluster/faults.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';
import { inTime, until } from '../cluster/until.ts';
import { steppedClock } from '../store/stepped-clock.ts';
import { aCronJob, type TestCronJob } from './a-cron-job.ts';
import { allowAll } from './account.ts';
import { collectingLog } from './collecting-log.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
/** Through the proxy; one namespace a test. */
let client: KubeClient;
let namespace: string;
/** Past the proxy: the world that changes. */
let world: KubeClient;
let started: Reflector<TestCronJob>[] = [];

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  proxy = await startFaultProxy(plane);
  world = connect({ kubeconfig: plane.admin(), userAgent: 'world' });
});
after(async () => {
  await world.close();
  await proxy.close();
  await plane.stop();
});
beforeEach(async () => {
  namespace = await plane.ownNamespace();
  await allowAll(plane, namespace);
  client = connect({ kubeconfig: await proxy.serviceAccount(namespace, 'controller'), userAgent: 'test' });
  proxy.forget();
});
afterEach(async () => {
  proxy.clearFaults();
  await proxy.reachable();
  for (const reflector of started) await reflector.stop();
  started = [];
  await client.close();
});

interface Scene {
  readonly reflector: Reflector<TestCronJob>;
  /** `added x`, `changed x`, `gone x` */
  readonly changes: string[];
  readonly log: ReturnType<typeof collectingLog>;
  readonly restarts: string[];
  names(): string[];
}

function reflect(options: Partial<ReflectorOptions<TestCronJob>> = {}): Scene {
  const changes: string[] = [];
  const restarts: string[] = [];
  const log = collectingLog();
  const reflector = startReflector<TestCronJob>({
    client,
    resource: CRON_JOBS,
    namespace,
    log,
    clock: systemClock,
    metrics: { watching: () => undefined, watchRestarted: (resource) => restarts.push(resource) },
    onChange: (change) => changes.push(wordsOf(change)),
    ...options,
  });
  started.push(reflector);
  const names = (): string[] => [...reflector.list()].map(({ metadata }) => metadata.name).sort();
  return { reflector, changes, log, restarts, names };
}

function wordsOf({ key, before, after }: Change<TestCronJob>): string {
  const what = before === undefined ? 'added' : after === undefined ? 'gone' : 'changed';
  return `${what} ${key.split('/')[1]}`;
}

const make = (name: string): Promise<TestCronJob> =>
  world.create(CRON_JOBS, aCronJob(namespace, name), { fieldManager: 'world' });
const change = (name: string): Promise<TestCronJob> =>
  world.apply(CRON_JOBS, aCronJob(namespace, name, { schedule: '0 9 * * *' }), { fieldManager: 'world', force: true });
const remove = (name: string): Promise<void> =>
  plane.api.remove(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
const isList = (request: ProxiedRequest): boolean => request.verb === 'list';
const isWatch = (request: ProxiedRequest): boolean => request.verb === 'watch';
const watching = (): Promise<unknown> => until('a watch to be open', () => proxy.open(isWatch).length === 1);

/** The server says how long a watch lasts at most; here a few seconds, at whose end it sends a bookmark. */
const shortWatches = (): KubeClient => ({
  ...client,
  watch: (resource, options, on) => client.watch(resource, { ...options, timeoutSeconds: 4 }, on),
});

test('it has what is listed and follows what changes', async () => {
  await make('old');
  const { reflector, changes, names } = reflect();
  assert.equal(reflector.isSynced(), false);
  await inTime('the first list', reflector.synced);
  assert.equal(reflector.isSynced(), true);
  assert.deepEqual(names(), ['old']);
  await make('new');
  await until('the new one', () => reflector.get(`${namespace}/new`));
  await change('old');
  await until('the change', () => reflector.get(`${namespace}/old`)?.spec.schedule === '0 9 * * *');
  await remove('old');
  await until('the deletion', () => reflector.get(`${namespace}/old`) === undefined);
  assert.deepEqual(changes, ['added old', 'added new', 'changed old', 'gone old']);
  assert.deepEqual(proxy.counts(), { 'list cronjobs': 1, 'watch cronjobs': 1 });
});

test('the items of a list and of a watch have the same shape, without managedFields', async () => {
  await make('listed');
  const { reflector } = reflect();
  await reflector.synced;
  await make('watched');
  const watched = await until('the new one', () => reflector.get(`${namespace}/watched`));
  const listed = reflector.get(`${namespace}/listed`) ?? assert.fail('not listed');
  for (const object of [listed, watched]) {
    assert.deepEqual([object.apiVersion, object.kind], ['batch/v1', 'CronJob']);
    assert.equal(object.metadata.managedFields, undefined);
  }
  assert.deepEqual(Object.keys(listed).sort(), Object.keys(watched).sort());
});

test('it keeps of an object what it is told to keep', async () => {
  await make('a');
  const { reflector } = reflect({
    keep: (object) => ({ metadata: object.metadata, spec: { schedule: object.spec.schedule, jobTemplate: {} } }),
  });
  await reflector.synced;
  assert.deepEqual(reflector.get(`${namespace}/a`)?.spec, { schedule: '0 3 * * *', jobTemplate: {} });
});

test('a large collection is listed in pages of 500', async () => {
  await Promise.all(Array.from({ length: 501 }, (_, index) => make(`n${index}`)));
  const { reflector, names } = reflect();
  await inTime('the first list', reflector.synced);
  assert.equal(names().length, 501);
  const limits = proxy.requests(isList).map(({ query }) => query.get('limit'));
  assert.deepEqual(limits, ['500', '500']);
});

test('a server that is too slow for a page is asked for half of it', async () => {
  await make('a');
  const kubeconfig = await proxy.serviceAccount(namespace, 'controller');
  const hasty = connect({ kubeconfig, userAgent: 'test', deadlineMs: 500 });
  proxy.fault(isList, hangs(), { times: 2 });
  const { reflector } = reflect({ client: hasty });
  await inTime('the first list', reflector.synced);
  await hasty.close();
  const limits = proxy.requests(isList).map(({ query }) => query.get('limit'));
  assert.deepEqual(limits.slice(0, 3), ['500', '250', '125']);
});

test('a watch that the server ends is resumed at its last bookmark, without a list', async () => {
  const { reflector } = reflect({ client: shortWatches() });
  await reflector.synced;
  await watching();
  // It moves the version of the whole cluster, but sends this watch nothing.
  const elsewhere = await plane.ownNamespace();
  const made = await world.create(CRON_JOBS, aCronJob(elsewhere, 'other'), { fieldManager: 'world' });
  const before = reflector.lastContact() ?? 0;
  const second = await until('the second watch', () => proxy.requests(isWatch)[1]);
  assert.ok(Number(second.query.get('resourceVersion')) >= Number(made.metadata.resourceVersion), second.url);
  assert.ok((reflector.lastContact() ?? 0) > before, 'the bookmark was a contact');
  assert.equal(proxy.requests(isList).length, 1);
});

test('a connection that breaks is resumed where it was, and what happened meanwhile arrives', async () => {
  await make('a');
  const { reflector, changes, restarts } = reflect();
  await reflector.synced;
  await watching();
  await proxy.unreachable();
  await remove('a');
  await make('b');
  await proxy.reachable();
  await until('the news', () => changes.length === 3);
  assert.deepEqual(changes, ['added a', 'gone a', 'added b']);
  assert.equal(proxy.requests(isList).length, 1);
  assert.ok(restarts.length >= 1);
});

for (const [how, fault] of [
  ['as the answer', gone()],
  ['in the stream', goneInStream()],
] as const) {
  test(`a version that is forgotten, told ${how}, is listed anew; who was deleted meanwhile is gone`, async () => {
    await make('a');
    await make('kept');
    const { reflector, changes } = reflect();
    await reflector.synced;
    await watching();
    await proxy.unreachable();
    await remove('a');
    await make('b');
    proxy.fault(isWatch, fault, { times: 1 });
    await proxy.reachable();
    await until('the news', () => changes.length === 4);
    assert.deepEqual(changes.slice(0, 2), ['added a', 'added kept']);
    assert.deepEqual(changes.slice(2).sort(), ['added b', 'gone a']);
    assert.equal(proxy.requests(isList).length, 2);
    await watching();
  });
}

test('a version that is forgotten again and again is not listed in a hot loop', async () => {
  const rule = proxy.fault(isWatch, goneInStream());
  const { reflector } = reflect();
  await reflector.synced;
  await until('the third refusal', () => rule.hits() === 3);
  const [, second, third] = proxy.requests(isWatch);
  const apart = (third?.at.getTime() ?? 0) - (second?.at.getTime() ?? 0);
  assert.ok(apart >= 750, `${apart} ms`);
});

test('errors of the server and broken connections are tried again, with more time between', async () => {
  await make('a');
  proxy.fault(isList, answers(500), { times: 1 });
  // The first breaks a connection that is used again, which is tried at once on a new one.
  proxy.fault(isList, resets(), { times: 2 });
  proxy.fault(isWatch, answers(503), { times: 1 });
  const { reflector, names, log } = reflect();
  await inTime('the first list', reflector.synced);
  assert.deepEqual(names(), ['a']);
  await watching();
  const at = proxy.requests(isList).map((request) => request.at.getTime());
  assert.equal(at.length, 4);
  const apart = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  assert.ok((apart[0] ?? 0) >= 390 && (apart[2] ?? 0) >= 790, apart.join(', '));
  assert.equal(log.lines.length, 3, log.lines.join('\n'));
});

test('a server that asks for time is given it', async () => {
  proxy.fault(isWatch, tooMany(2), { times: 1 });
  const { reflector } = reflect();
  await reflector.synced;
  const second = await until('the second watch', () => proxy.requests(isWatch)[1]);
  const first = proxy.requests(isWatch)[0];
  assert.ok(second.at.getTime() - (first?.at.getTime() ?? 0) >= 1_990);
});

test('a restart of the API server is survived, and all is listed again: etcd may have been restored meanwhile', async () => {
  await make('a');
  const { reflector } = reflect();
  await reflector.synced;
  await watching();
  const watches = proxy.requests(isWatch).length;
  await plane.stopApiServer();
  // A watch that is cut and finds the server back at its first try is a cut connection, and lists nothing.
  await until('a try while no server runs', () => proxy.requests(isWatch).length > watches);
  await plane.startApiServer();
  await make('b');
  await until('the new one', () => reflector.get(`${namespace}/b`), { within: 60_000 });
  assert.ok(proxy.requests(isList).length >= 2);
});

test('a watch that falls silent is resumed', async () => {
  const rule = proxy.fault(isWatch, silent(), { times: 1 });
  const clock = steppedClock();
  const { reflector, changes, restarts, log } = reflect({ clock });
  await reflector.synced;
  await until('the silent watch', () => rule.hits() === 1);
  await make('unheard');
  await clock.sleepers(1);
  clock.advance(149_999);
  assert.equal(proxy.open(isWatch).length, 1);
  clock.advance(1);
  // The pause before it is resumed.
  await until('the silent watch to be left', () => proxy.open(isWatch).length === 0);
  await clock.sleepers(1);
  assert.equal(reflector.lastContact(), 0, 'silence is no contact');
  clock.advance(30_000);
  await until('the news', () => changes.length === 1);
  assert.deepEqual(changes, ['added unheard']);
  assert.deepEqual(restarts, ['cronjobs']);
  assert.deepEqual(log.lines, ['warn the watch of cronjobs was silent for 150 s']);
  assert.equal(proxy.requests(isList).length, 1);
});

test('a watch that stood for a while is resumed soon, however many attempts failed before it', async () => {
  proxy.fault(isWatch, answers(503), { times: 6 });
  const rule = proxy.fault(isWatch, silent(), { times: 1 });
  const clock = steppedClock();
  const { reflector, changes, restarts } = reflect({ clock });
  await reflector.synced;
  for (let failed = 1; failed <= 6; failed++) {
    await until(`failure ${failed}`, () => restarts.length === failed);
    await clock.sleepers(1);
    clock.advance(8_000);
  }
  await until('the watch that stands', () => rule.hits() === 1);
  await make('unheard');
  clock.advance(10_001);
  assert.equal(proxy.cutWatches(), 1);
  await until('the end of the watch', () => restarts.length === 7);
  await clock.sleepers(1);
  // The first pause, not the seventh, which is at least 4 s.
  clock.advance(800);
  await until('the news', () => changes.length === 1);
  assert.deepEqual(changes, ['added unheard']);
});

for (const [when, isIt] of [
  ['a list', isList],
  ['a watch', isWatch],
] as const) {
  test(`stopping during ${when} that hangs leaves nothing open and asks nothing more`, async () => {
    const rule = proxy.fault(isIt, hangs());
    const { reflector } = reflect();
    await until('the request to hang', () => rule.hits() === 1);
    await inTime('the stop', reflector.stop());
    await until('nothing to be open', () => proxy.open().length === 0);
    const requests = proxy.requests().length;
    await make('unheard');
    assert.equal(proxy.requests().length, requests);
    assert.equal(reflector.get(`${namespace}/unheard`), undefined);
  });
}

test('stopping a watch that runs leaves nothing open', async () => {
  const { reflector } = reflect();
  await reflector.synced;
  await watching();
  await inTime('the stop', reflector.stop());
  await until('nothing to be open', () => proxy.open().length === 0);
});

test('stopping between two tries ends the wait', async () => {
  proxy.fault(isList, answers(500));
  // Its time does not pass: the wait can't end by itself.
  const { reflector, log } = reflect({ clock: steppedClock() });
  await until('the first failure', () => log.lines.length === 1);
  await inTime('the stop', reflector.stop());
});

test('who throws on a change is logged, and hears the next one', async () => {
  const heard: string[] = [];
  const { reflector, log } = reflect({
    onChange: ({ key }) => {
      heard.push(key);
      throw new Error('no luck');
    },
  });
  await reflector.synced;
  await watching();
  await make('a');
  await make('b');
  await until('both', () => heard.length === 2);
  assert.deepEqual(log.lines, Array(2).fill('error a change was not taken: no luck'));
  assert.equal(proxy.requests(isWatch).length, 1, 'the watch goes on');
});

test('a selector keeps out what does not carry the label, and lets go of what loses it', async () => {
  const labelled = (labels: object): TestCronJob => {
    const object = aCronJob(namespace, 'a');
    return { ...object, metadata: { ...object.metadata, labels: { ...labels } } };
  };
  const apply = (labels: object): Promise<TestCronJob> =>
    world.apply(CRON_JOBS, labelled(labels), { fieldManager: 'world', force: true });
  await make('other');
  await apply({ nightly: 'yes' });
  const { reflector, changes } = reflect({ labelSelector: 'nightly' });
  await reflector.synced;
  await watching();
  await apply({});
  await until('it to be gone', () => changes.length === 2);
  assert.deepEqual(changes, ['added a', 'gone a']);
});
