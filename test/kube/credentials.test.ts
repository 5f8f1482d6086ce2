import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { hasReason } from '../../src/kube/kube-error.ts';
import { JOBS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';
import { until } from '../cluster/until.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
let namespace: string;
let folder: string;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  proxy = await startFaultProxy(plane);
  namespace = await plane.ownNamespace();
  folder = mkdtempSync(join(tmpdir(), 'case-backup-credentials-'));
});
after(async () => {
  await proxy.close();
  await plane.stop();
  rmSync(folder, { recursive: true });
});

/** Replaced in one step, as the kubelet does it with a projected volume. */
function put(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
  return file;
}

function connectAs(name: string, user: object, { caFile = plane.caFile, deadlineMs = 5_000 } = {}): KubeClient {
  const config = {
    clusters: [{ name: 'test', cluster: { server: proxy.url, 'certificate-authority': caFile } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  };
  return connect({ kubeconfig: put(name, JSON.stringify(config)), userAgent: 'test', deadlineMs });
}

/** Whom the API server was told that we are; the accounts have no rights, and need none to be known. */
async function askAsWhom(client: KubeClient): Promise<string | undefined> {
  await assert.rejects(client.list(JOBS, { namespace }), (error) => hasReason(error, 'Forbidden'));
  return proxy.requests().at(-1)?.user?.split(':').at(-1);
}

test('a token file is read again for the next call', async () => {
  const tokenFile = put('token', await plane.token(namespace, 'first'));
  const client = connectAs('rotating', { tokenFile });
  assert.equal(await askAsWhom(client), 'first');
  put('token', `${await plane.token(namespace, 'second')}\n`);
  assert.equal(await askAsWhom(client), 'second');
  await client.close();
});

test('a token file that is not there names itself, and heals', async () => {
  const client = connectAs('missing', { tokenFile: 'late-token' });
  await assert.rejects(client.list(JOBS, { namespace }), (error) => {
    assert.ok(hasReason(error, 'NoCredentials'));
    assert.match(error.message, /late-token can't be read$/);
    return true;
  });
  put('late-token', await plane.token(namespace, 'first'));
  assert.equal(await askAsWhom(client), 'first');
  await client.close();
});

test('a new authority is trusted without a restart, and an old connection is not used again', async () => {
  const token = await plane.token(namespace, 'first');
  const caFile = join(folder, 'ca.crt');
  copyFileSync(plane.caFile, caFile);
  const client = connectAs('new-authority', { token }, { caFile });
  assert.equal(await askAsWhom(client), 'first');
  // Not an authority that signed anything here.
  copyFileSync(join(plane.folder, 'certificates', 'proxy.crt'), caFile);
  await assert.rejects(client.list(JOBS, { namespace }), (error) => hasReason(error, 'Unreachable'));
  copyFileSync(plane.caFile, caFile);
  assert.equal(await askAsWhom(client), 'first');
  const before = proxy.connections();
  assert.ok(before <= 1, `${before} connections`);
  await client.close();
  await until('the connections to be closed', () => proxy.connections() === 0);
});

test('a plugin whose token is no longer accepted is asked again', async () => {
  const credential = (token: string): string =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });
  const answer = put('answer', credential(await plane.token(namespace, 'first')));
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [answer] };
  const client = connectAs('plugin', { exec });
  assert.equal(await askAsWhom(client), 'first');
  put('answer', credential(await plane.token(namespace, 'second')));
  assert.equal(await askAsWhom(client), 'first', 'it gave no time at which to ask again');
  proxy.fault(() => true, { kind: 'answer', status: 401, reason: 'Unauthorized' }, { times: 1 });
  await assert.rejects(client.list(JOBS, { namespace }), (error) => hasReason(error, 'Unauthorized'));
  assert.equal(await askAsWhom(client), 'second');
  await client.close();
});

test('a plugin that hangs does not outlast the deadline', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['8'] };
  const client = connectAs('hanging', { exec }, { deadlineMs: 300 });
  const start = performance.now();
  await assert.rejects(client.list(JOBS, { namespace }), (error) => hasReason(error, 'Timeout'));
  const tookMs = performance.now() - start;
  assert.ok(tookMs < 7_900, `${tookMs} ms`);
  await client.close();
});

test('a client certificate is shown to the server', async () => {
  const admin = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
  assert.deepEqual((await admin.list(JOBS, { namespace })).items, []);
  await admin.close();
});
