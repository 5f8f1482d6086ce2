import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CREDENTIALS, dropbox } from '../api/policy-cases.ts';
import { policyOf, type Spec } from '../cli/policy-file.ts';
import { crdPlane } from './crd-plane.ts';
import { until } from './until.ts';

const FILE = fileURLToPath(new URL('../../k8s/limit-references.yaml', import.meta.url));

const crd = crdPlane();

const toClaim = (claimName: string): Spec => ({
  source: { dropbox: { ...CREDENTIALS, root: '/CASES' } },
  destination: { directory: { path: '/mnt/backups', claimName } },
});
const logged = (name: string): Spec => dropbox({ logStore: { postgres: { secretRef: { name } } } });

test('a policy may name the Secrets and claims that its namespace allows, and no others', async () => {
  assert.equal((await crd.kubectl(['apply', '-f', FILE])).code, 0);
  // Admission policies reach the API server's handlers some seconds after they were stored.
  await until('the limit to hold', async () => (await crd.apply(policyOf(dropbox()), '--dry-run=server')).code !== 0);

  const none = await crd.apply(policyOf(dropbox()));
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no params found for policy binding/);

  const allowed = { secrets: `${CREDENTIALS.credentialsSecretRef.name}\nlog`, claims: 'backups' };
  const { code } = await crd.kubectl(['create', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'case-backup-allowed' },
    data: allowed,
  });
  assert.equal(code, 0);
  await until('the ConfigMap to be seen', async () => (await crd.apply(policyOf(dropbox()))).code === 0);
  for (const spec of [logged('log'), toClaim('backups')])
    assert.equal((await crd.apply({ ...policyOf(spec), metadata: { name: nextName() } })).code, 0);

  for (const [spec, says] of [
    [logged('payroll'), 'the Secret payroll is not among the secrets of ConfigMap case-backup-allowed'],
    [toClaim('payroll'), 'the claim payroll is not among the claims of ConfigMap case-backup-allowed'],
  ] as const) {
    const refused = await crd.apply({ ...policyOf(spec), metadata: { name: nextName() } });
    assert.equal(refused.code, 1);
    assert.ok(refused.stderr.includes(says), refused.stderr);
  }
});

let made = 0;
const nextName = (): string => `limited-${made++}`;
