import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { findAccess, fromServiceAccount } from '../../src/kube/connection/kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'case-backup-kubeconfig-'));
after(() => rmSync(folder, { recursive: true }));

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly current?: string;
}

function write(name: string, { cluster = {}, user = {}, current = name }: Parts = {}): string {
  const file = join(folder, `${name}.yaml`);
  const lines = [
    `clusters: [{name: ${name}, cluster: ${JSON.stringify({ server: 'https://127.0.0.1:6443', ...cluster })}}]`,
    `users: [{name: ${name}, user: ${JSON.stringify(user)}}]`,
    `contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ${name}-space}}]`,
    ...(current ? [`current-context: ${current}`] : []),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const refusal = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

test('files that a kubeconfig names are relative to it', () => {
  const path = write('relative', {
    cluster: { 'certificate-authority': 'ca.crt' },
    user: { tokenFile: 'token', 'client-key': '/elsewhere/key' },
  });
  const access = findAccess(path);
  assert.equal(access.cluster.caFile, join(folder, 'ca.crt'));
  assert.equal(access.user.tokenFile, join(folder, 'token'));
  assert.equal(access.user.keyFile, '/elsewhere/key');
  assert.equal(access.namespace, 'relative-space');
});

test('the path given comes before KUBECONFIG, and KUBECONFIG before the pod', () => {
  const env = { KUBECONFIG: write('from-env'), KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  assert.equal(findAccess(write('given'), env).namespace, 'given-space');
  assert.equal(findAccess(undefined, env).namespace, 'from-env-space');
});

test('of several files in KUBECONFIG the first context chosen counts', () => {
  const first = write('first', { current: '' });
  const second = write('second');
  assert.equal(findAccess(undefined, { KUBECONFIG: `${first}:${second}` }).namespace, 'second-space');
});

test('a context or file that is not there is a fault of configuration', () => {
  const path = write('lost', { current: 'nowhere' });
  assert.throws(() => findAccess(path), refusal('KubeconfigInvalid'));
  assert.throws(() => findAccess(join(folder, 'missing')), refusal('KubeconfigInvalid'));
});

test('what can not be done is refused: impersonation, removed providers, a server without TLS or address', () => {
  const unsupported: Parts[] = [
    { user: { as: 'somebody' } },
    { user: { 'auth-provider': { name: 'gcp' } } },
    { cluster: { server: 'http://10.0.0.1:8080' } },
    { cluster: { server: 'nowhere' } },
  ];
  for (const parts of unsupported) {
    assert.throws(
      () => findAccess(write('unsupported', parts)),
      refusal('KubeconfigUnsupported'),
      JSON.stringify(parts),
    );
  }
  assert.ok(findAccess(write('kubectl-proxy', { cluster: { server: 'http://localhost:8001' } })));
});

test('a pod finds its server, its token, and its namespace', () => {
  const account = join(folder, 'account');
  mkdirSync(account);
  writeFileSync(join(account, 'namespace'), 'office\n');
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  const access = fromServiceAccount(env, account);
  assert.equal(access.cluster.server, 'https://[fd00::1]:6443');
  assert.equal(access.cluster.caFile, join(account, 'ca.crt'));
  assert.equal(access.user.tokenFile, join(account, 'token'));
  assert.equal(access.namespace, 'office');
});
