import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podOverlaySchema } from '../../src/api/pod/overlay.ts';
import { checkPolicy, faultSentence } from '../../src/api/policy-faults.ts';
import { structuralSchema } from '../../src/api/structural-schema.ts';
import { WHOLE_OVERLAY } from './whole-overlay.ts';

const faultsOf = (overlay: unknown): string[] =>
  checkPolicy(podOverlaySchema, overlay, [], 'the job pod file').faults?.map(faultSentence) ?? [];

test('an operator may add every field that there is, or none', () => {
  assert.deepEqual(podOverlaySchema.parse(WHOLE_OVERLAY), WHOLE_OVERLAY);
  assert.deepEqual(Object.keys(WHOLE_OVERLAY).sort(), Object.keys(podOverlaySchema.shape).sort());
  assert.deepEqual(podOverlaySchema.parse({}), {});
});

test('every field of the file is described', () => {
  assert.ok(structuralSchema(podOverlaySchema, 'file').properties?.['caBundle']?.properties?.['key']?.description);
});

const SECRET = 'it is a secret; a policy names the Secret that holds it';
const REFUSED: readonly [name: string, why: string][] = [
  ['CASE_BACKUP_POLICY', 'it is how the controller speaks to the job'],
  ['DROPBOX_APP_KEY', SECRET],
  ['DROPBOX_REFRESH_TOKEN_FILE', SECRET],
  ['DATABASE_URL', SECRET],
  ['DATABASE_URL_FILE', SECRET],
  ['NODE_EXTRA_CA_CERTS', 'it is set by caBundle, which mounts the certificates too'],
  ['NODE_OPTIONS', 'it changes what the program runs and whom it trusts'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', 'it changes what the program runs and whom it trusts'],
  ['LD_PRELOAD', 'it decides which code is loaded into the program'],
  ['PATH', 'it decides which code is loaded into the program'],
  ['OPENSSL_CONF', 'it decides which code is loaded into the program'],
  ['PGSSLMODE', 'it changes how the log in Postgres is reached; its connection URL says that'],
];

for (const [name, why] of REFUSED) {
  test(`an operator can not set ${name}, and is told why`, () => {
    assert.deepEqual(faultsOf({ env: { TZ: 'UTC', [name]: 'x' } }), [
      `env.${name}: is not for the operator to set: ${why}`,
    ]);
  });
}

for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'TZ', 'PATHS']) {
  test(`an operator may set ${name}`, () => {
    const value = name.toLowerCase().startsWith('http') ? 'http://proxy:3128' : 'x';
    assert.deepEqual(faultsOf({ env: { [name]: value } }), []);
  });
}

const FAULTS: readonly [what: string, overlay: unknown, sentence: string][] = [
  ['a name with a dash', { env: { 'A-B': 'x' } }, 'env.A-B: is no name of a variable: letters, digits and _'],
  ['a number for a value', { env: { A: 1 } }, 'env.A: must be text, not 1'],
  [
    'a value from a Secret',
    { env: { A: { valueFrom: { secretKeyRef: { name: 'dropbox', key: 'DROPBOX_APP_KEY' } } } } },
    'env.A: must be text, not a group of fields',
  ],
  ['certificates of no ConfigMap', { caBundle: {} }, 'caBundle.configMap: is missing'],
  [
    'a ConfigMap that none can be called',
    { caBundle: { configMap: 'Bad Name' } },
    'caBundle.configMap: must be a name of lower-case letters, digits, - and .',
  ],
  ...['../../etc', '..a', '.', ''].map((name): [string, unknown, string] => [
    `a key "${name}" of certificates`,
    { caBundle: { configMap: 'ca', key: name } },
    'caBundle.key: must be a key of letters, digits, -, _ and .',
  ]),
  [
    'a Secret that none can be called',
    { imagePullSecrets: [{ name: 'my_registry' }] },
    'imagePullSecrets[0].name: must be a name of lower-case letters, digits, - and .',
  ],
  ...['proxy', 'proxy:3128', '10.0.0.1:3128', 'socks5://proxy:1080'].map((value): [string, unknown, string] => [
    `the proxy ${value}`,
    { env: { HTTPS_PROXY: value } },
    'env.HTTPS_PROXY: must be the address of a proxy, as http://HOST:PORT',
  ]),
  [
    'a label of ours',
    { labels: { 'casebackup.io/role': 'drill' } },
    'labels: must leave alone what Kubernetes and case-backup set themselves: job-name, controller-uid, and all keys below casebackup.io, kubernetes.io, k8s.io',
  ],
  ...['securityContext', 'serviceAccountName', 'volumes', 'hostNetwork', 'containers', 'command'].map(
    (field): [string, unknown, string] => [field, { [field]: {} }, `${field}: is not a field of the job pod file`],
  ),
];

for (const [what, overlay, sentence] of FAULTS) {
  test(`an operator who writes ${what} is told what is wrong`, () => {
    assert.deepEqual(faultsOf(overlay), [sentence]);
  });
}
