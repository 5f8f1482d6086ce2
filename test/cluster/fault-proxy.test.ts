import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { Agent, type Dispatcher, request } from 'undici';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { answers, cut, type Fault, gone, goneInStream, hangs, resets, silent, slow, tooMany } from './faults.ts';
import { inTime, until } from './until.ts';

describe('The fault proxy', () => {
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let client: Agent;
  let namespace: string;
  let authorization: string;
  let maps: string;

  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    proxy = await startFaultProxy(plane);
    namespace = await plane.ownNamespace();
    maps = `/api/v1/namespaces/${namespace}/configmaps`;
    await plane.allow(namespace, 'client', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }]);
    authorization = `Bearer ${await plane.token(namespace, 'client')}`;
    client = new Agent({ connect: { ca: readFileSync(plane.caFile) }, bodyTimeout: 0 });
  });
  after(async () => {
    await client.destroy();
    await proxy.close();
    await plane.stop();
  });
  afterEach(() => {
    proxy.clearFaults();
    proxy.forget();
  });

  const call = (path: string, more: Partial<Dispatcher.RequestOptions> = {}): Promise<Dispatcher.ResponseData> =>
    request(proxy.url + path, {
      dispatcher: client,
      headers: { authorization, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...more,
    } as Dispatcher.RequestOptions);
  const striking = (fault: Fault): void =>
    void proxy.fault(({ resource }) => resource === 'configmaps', fault, { times: 1 });
  /** Makes a map, directly, and waits for a watch through the proxy to tell of it. */
  const make = (name: string): Promise<unknown> => plane.api.create(maps, { metadata: { name } });
  async function watch(more = ''): Promise<{ lines: string[]; ended: Promise<void> }> {
    const { metadata } = await plane.api.get<{ metadata: { resourceVersion: string } }>(maps);
    const { body } = await call(`${maps}?watch=1&resourceVersion=${metadata.resourceVersion}${more}`);
    const lines: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of body) lines.push(...String(chunk).split('\n').filter(Boolean));
    };
    const ended = read();
    // It may be over before the test asks how.
    ended.catch(() => undefined);
    return { lines, ended };
  }

  it('passes on what it gets, and says who wrote what', async () => {
    const made = await call(`${maps}?fieldManager=me`, { method: 'POST', body: '{"metadata":{"name":"written"}}' });
    assert.equal(made.statusCode, 201);
    await made.body.dump();
    const [write, ...others] = proxy.writes();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [write?.verb, write?.resource, write?.namespace, write?.user, write?.fieldManager],
      ['create', 'configmaps', namespace, `system:serviceaccount:${namespace}:client`, 'me'],
    );
    assert.equal((await plane.api.get(`${maps}/written`)).metadata.name, 'written');
  });

  it('gives a kubeconfig that leads through it', async () => {
    const kubeconfig = await proxy.serviceAccount(namespace, 'client');
    assert.equal((await plane.kubectl(['get', 'configmaps'], { kubeconfig })).code, 0);
    assert.equal(proxy.counts()['list configmaps'], 1);
  });

  it('answers in place of the server as often as it is told, with a Status and a Retry-After', async () => {
    for (const [fault, status, retryAfter] of [
      [answers(500), 500, undefined],
      [answers(503), 503, undefined],
      [tooMany(7), 429, '7'],
      [gone(), 410, undefined],
    ] as const) {
      striking(fault);
      const struck = await call(maps);
      assert.deepEqual([struck.statusCode, struck.headers['retry-after']], [status, retryAfter]);
      assert.equal(((await struck.body.json()) as { code: number }).code, status);
      const next = await call(maps);
      assert.equal(next.statusCode, 200);
      await next.body.dump();
    }
  });

  it('tells a watch that its version is gone, within the stream', async () => {
    striking(goneInStream());
    const { lines, ended } = await watch();
    await ended;
    const { type, object } = JSON.parse(lines[0] ?? '');
    assert.deepEqual([type, object.code, object.reason], ['ERROR', 410, 'Expired']);
  });

  it('breaks a watch after the events that it was told, and running ones at once', async () => {
    striking(cut(1));
    const counted = await watch();
    await make('first');
    await assert.rejects(counted.ended);
    assert.equal(counted.lines.length, 1);

    const running = await watch();
    await until('the watch to be open', () => proxy.open(({ verb }) => verb === 'watch').length === 1);
    assert.equal(proxy.cutWatches(), 1);
    await assert.rejects(running.ended);
  });

  it('keeps a watch open in which nothing comes', async () => {
    striking(silent());
    const silenced = await watch('&timeoutSeconds=1');
    const heard = await watch();
    await make('unheard');
    await until('the other watch to hear of it', () => heard.lines.length > 0);
    assert.deepEqual(silenced.lines, []);
    assert.equal(proxy.cutWatches(), 2);
    await Promise.allSettled([silenced.ended, heard.ended]);
  });

  it('never answers, breaks the connection, or takes its time', async () => {
    striking(hangs());
    await assert.rejects(call(maps, { signal: AbortSignal.timeout(300) }), { name: 'TimeoutError' });
    striking(resets());
    await assert.rejects(call(maps));
    striking(slow(400));
    const start = performance.now();
    await (await call(maps)).body.dump();
    assert.ok(performance.now() - start >= 390);
  });

  it('is away and comes back at its address, and no connection lives through it', async () => {
    const broken = assert.rejects((await watch()).ended);
    await proxy.unreachable();
    await broken;
    await assert.rejects(call('/version'), { code: 'ECONNREFUSED' });
    assert.equal(proxy.connections(), 0);
    await proxy.reachable();
    assert.equal((await call('/version')).statusCode, 200);
  });

  it('forgets a request when its client does', async () => {
    const leaving = new AbortController();
    const { body } = await call(`${maps}?watch=1`, { signal: leaving.signal });
    body.on('error', () => undefined);
    await until('the watch to be open', () => proxy.open().length === 1);
    leaving.abort();
    await until('nothing to be open', () => proxy.open().length === 0);
  });

  it('does not outlive its server', async () => {
    const broken = assert.rejects((await watch()).ended);
    await plane.restartApiServer();
    await inTime('the watch to break', broken);
    await until('the way to be free again', async () => (await call('/version')).statusCode === 200);
  });
});
