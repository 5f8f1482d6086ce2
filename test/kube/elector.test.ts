import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { type ElectorOptions, runElector } from '../../src/kube/elector.ts';
import type { LeaseObject } from '../../src/kube/lease-record.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { answers, hangs } from '../cluster/faults.ts';
import { inTime, until } from '../cluster/until.ts';
import { allowAll } from './account.ts';
import { collectingLog } from './collecting-log.ts';

/** A quarter of the real ones, where a test waits for them to pass; the record counts whole seconds. */
const TIMES = { leaseDurationMs: 4_000, renewDeadlineMs: 2_500, retryPeriodMs: 300 };
/** For what must happen long before they pass. */
const LONG_TIMES = { leaseDurationMs: 30_000, renewDeadlineMs: 20_000 };

let plane: ControlPlane;
let proxy: FaultProxy;
let namespace: string;
let direct: KubeClient;
let proxied: KubeClient;
let candidates: Candidate[] = [];

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  proxy = await startFaultProxy(plane);
  direct = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
});
after(async () => {
  await direct.close();
  await proxy.close();
  await plane.stop();
});
beforeEach(async () => {
  namespace = await plane.ownNamespace();
  await allowAll(plane, namespace);
  proxied = connect({ kubeconfig: await proxy.serviceAccount(namespace, 'controller'), userAgent: 'test' });
  happened = [];
});
afterEach(async () => {
  proxy.clearFaults();
  await proxy.reachable();
  for (const { stop } of candidates) stop.abort();
  await Promise.allSettled(candidates.map(({ ended }) => ended));
  candidates = [];
  await proxied.close();
});

/** In the order of time: `a leads`, `a must stop`, `a stopped`. */
let happened: { readonly what: string; readonly at: number }[] = [];
const words = (): string[] => happened.map(({ what }) => what);
const note = (what: string): void => {
  happened.push({ what, at: performance.now() });
};

interface Candidate {
  readonly stop: AbortController;
  readonly ended: Promise<'released' | 'lost'>;
  readonly log: ReturnType<typeof collectingLog>;
  readonly leading: boolean[];
}

function candidate(identity: string, client: KubeClient, options: Partial<ElectorOptions> = {}): Candidate {
  const stop = new AbortController();
  const log = collectingLog();
  const leading: boolean[] = [];
  const ended = runElector({
    ...TIMES,
    client,
    namespace,
    leaseName: 'controller',
    identity,
    clock: systemClock,
    log,
    signal: stop.signal,
    metrics: { leading: (isLeader) => leading.push(isLeader) },
    async lead(signal) {
      note(`${identity} leads`);
      await aborted(signal);
      note(`${identity} stopped`);
    },
    ...options,
  });
  const made = { stop, ended, log, leading };
  candidates.push(made);
  return made;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const readLease = async (): Promise<LeaseObject> =>
  (await direct.get<LeaseObject>(LEASES, namespace, 'controller')) ?? assert.fail('no lease');
const holder = async (): Promise<string | undefined> => (await readLease()).spec?.holderIdentity;
const leads = (identity: string): Promise<unknown> =>
  until(`${identity} to lead`, () => words().includes(`${identity} leads`));

test('of three candidates one leads, and when it stops another one does within two tries', async () => {
  const all = new Map(['a', 'b', 'c'].map((name) => [name, candidate(name, proxied, LONG_TIMES)]));
  await until('one to lead', () => happened.length === 1);
  const first = words()[0]?.[0] ?? '';
  assert.equal(await holder(), first);
  const before = (await readLease()).spec?.renewTime;
  await until('two renewals', async () => (await readLease()).spec?.renewTime !== before);
  assert.equal(happened.length, 1, 'still one');

  const leader = all.get(first) ?? assert.fail('nobody');
  const start = performance.now();
  leader.stop.abort();
  assert.equal(await leader.ended, 'released');
  await until('the next one to lead', () => happened.length === 3);
  const tookMs = performance.now() - start;
  assert.ok(tookMs < LONG_TIMES.leaseDurationMs / 2, `${tookMs} ms`);
  assert.equal(words()[1], `${first} stopped`);
  const second = words()[2]?.[0] ?? '';
  assert.notEqual(second, first);
  assert.equal((await readLease()).spec?.leaseTransitions, 1);
  assert.deepEqual(leader.leading, [true, false]);
});

test('a leader that can not reach the API server stops before the next one starts', async () => {
  const cut = candidate('a', proxied);
  await leads('a');
  candidate('b', direct);
  await proxy.unreachable();
  await leads('b');
  assert.equal(await cut.ended, 'lost');
  assert.deepEqual(words(), ['a leads', 'a stopped', 'b leads']);
  const [, stopped, next] = happened;
  assert.ok((next?.at ?? 0) - (stopped?.at ?? 0) > 500, 'with time to spare');
  assert.deepEqual(cut.leading, [true, false]);
});

test('a leader whose renewal failed tries again long before its time is over', async () => {
  const shaken = candidate('a', proxied, { retryPeriodMs: 1_500 });
  await leads('a');
  const renewedAt = async (): Promise<string | undefined> => (await readLease()).spec?.renewTime;
  const before = await renewedAt();
  const rule = proxy.fault(({ resource }) => resource === 'leases', answers(500), { times: 1 });
  await Promise.race([shaken.ended, until('the next renewal', async () => (await renewedAt()) !== before)]);
  assert.equal(rule.hits(), 1);
  assert.deepEqual(words(), ['a leads']);
});

test('a leader whose calls hang stops in time as well', async () => {
  const cut = candidate('a', proxied);
  await leads('a');
  candidate('b', direct);
  proxy.fault(() => true, hangs());
  await leads('b');
  assert.equal(await cut.ended, 'lost');
  assert.deepEqual(words(), ['a leads', 'a stopped', 'b leads']);
});

test('an outage shorter than the deadline costs nothing', async () => {
  const leader = candidate('a', proxied);
  await leads('a');
  await proxy.unreachable();
  await until('a renewal to fail', () => leader.log.lines.some((line) => line.startsWith('warn not renewed')));
  await proxy.reachable();
  const before = (await readLease()).spec?.renewTime;
  await until('a renewal', async () => (await readLease()).spec?.renewTime !== before);
  assert.deepEqual(words(), ['a leads']);
});

test('a leader that was replaced by hand stops at once', async () => {
  const replaced = candidate('a', proxied, LONG_TIMES);
  await leads('a');
  // A renewal in between makes it a conflict.
  await until('the replacement', async () => {
    const lease = await readLease();
    return direct.replace(LEASES, { ...lease, spec: { ...lease.spec, holderIdentity: 'x' } }, { fieldManager: 'x' });
  });
  const start = performance.now();
  await until('it to stop', () => words().includes('a stopped'));
  assert.ok(performance.now() - start < LONG_TIMES.renewDeadlineMs / 2, 'not at the deadline');
  assert.equal(await replaced.ended, 'lost');
});

test('a lease that is deleted is made again by its leader', async () => {
  candidate('a', proxied);
  await leads('a');
  await plane.api.remove(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/controller`);
  await until('the lease', async () => (await holder()) === 'a');
  assert.deepEqual(words(), ['a leads']);
});

test('while the work of a stopped leader ends, nobody else leads', async () => {
  const gate = Promise.withResolvers<void>();
  const slow = candidate('a', proxied, {
    async lead(signal) {
      note('a leads');
      await aborted(signal);
      note('a must stop');
      await gate.promise;
      note('a stopped');
    },
  });
  await leads('a');
  candidate('b', direct);
  slow.stop.abort();
  await until('it to be told', () => words().includes('a must stop'));
  const told = Date.now();
  const renewedAt = async (): Promise<number> => Date.parse((await readLease()).spec?.renewTime ?? '');
  await until('renewals for longer than a lease lasts', async () => (await renewedAt()) > told + TIMES.leaseDurationMs);
  gate.resolve();
  assert.equal(await slow.ended, 'released');
  await leads('b');
  assert.deepEqual(words(), ['a leads', 'a must stop', 'a stopped', 'b leads']);
});

test('work that ignores the loss does not keep the process from ending', async () => {
  const gate = Promise.withResolvers<void>();
  const deaf = candidate('a', proxied, {
    async lead() {
      note('a leads');
      await gate.promise;
    },
  });
  await leads('a');
  await proxy.unreachable();
  assert.equal(await inTime('the loss', deaf.ended, TIMES.leaseDurationMs + 2_000), 'lost');
  gate.resolve();
});

test('work that fails rejects the elector, and the lease is free at once', async () => {
  const failing = candidate('a', proxied, {
    async lead() {
      throw new Error('no luck');
    },
  });
  await assert.rejects(failing.ended, /no luck/);
  assert.equal(await holder(), '');
});

test('one that is stopped before it led never leads, and leaves the lease alone', async () => {
  candidate('a', proxied);
  await leads('a');
  const waiting = candidate('b', direct, { retryPeriodMs: 600_000 });
  await until('it to wait', () => waiting.log.lines.includes('info not leading: a holds the lease'));
  waiting.stop.abort();
  assert.equal(await inTime('the end', waiting.ended), 'released');
  assert.equal(await holder(), 'a');
  assert.deepEqual(waiting.leading, []);
  assert.equal(waiting.log.lines.length, 1, 'said once');
});

test('a renewal is one call', async () => {
  candidate('a', proxied);
  await leads('a');
  proxy.forget();
  await until('three renewals', () => proxy.writes().length === 3);
  assert.deepEqual(proxy.counts(), { 'update leases': 3 });
});
