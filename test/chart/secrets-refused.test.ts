import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RenderRefused, render } from './render.ts';

const SECRET = 'hunter2-of-the-office';
const SPEC = {
  source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES' } },
  destination: { dropbox: { folder: '/BACKUPS' } },
  logStore: { postgres: { secretRef: { name: 'backup-log', key: 'DATABASE_URL' } } },
};
const policy = (more: object): object => ({ policies: [{ name: 'nightly', spec: { ...SPEC, ...more } }] });
const env = (name: string, value: string = SECRET): object => ({ controller: { extraEnv: [{ name, value }] } });
const jobEnv = (name: string): object => ({ jobs: { pod: { env: { [name]: SECRET } } } });

/** Each with the key that the message names, and the place where it says that the Secret is named instead. */
const REFUSED: readonly [key: string, values: object, instead: string][] = [
  [
    'policies[0].spec.source.dropbox.refreshToken',
    policy({ source: { dropbox: { refreshToken: SECRET } } }),
    'credentialsSecretRef.name',
  ],
  [
    'policies[0].spec.source.dropbox.appSecret',
    policy({ source: { dropbox: { appSecret: SECRET } } }),
    'credentialsSecretRef.name',
  ],
  ['policies[0].spec.password', policy({ password: 12345 }), 'credentialsSecretRef.name'],
  [
    'policies[0].spec.logStore.postgres.connectionString',
    policy({ logStore: { postgres: { connectionString: SECRET } } }),
    'secretRef',
  ],
  [
    'policies[0].spec.logStore.postgres.DATABASE_URL',
    policy({ logStore: { postgres: { DATABASE_URL: SECRET } } }),
    'secretRef',
  ],
  [
    'policies[0].spec.a[1].deep.secretKey',
    policy({ a: [{}, { deep: { secretKey: SECRET } }] }),
    'credentialsSecretRef.name',
  ],
  ['policies[0].spec.note', policy({ note: `postgres://backup:${SECRET}@db/log` }), 'secretRef'],
  [
    'policies[0].annotations.token',
    { policies: [{ name: 'nightly', annotations: { token: SECRET }, spec: SPEC }] },
    'credentialsSecretRef.name',
  ],
  ['jobs.pod.env.DROPBOX_APP_SECRET', jobEnv('DROPBOX_APP_SECRET'), 'credentialsSecretRef.name'],
  ['jobs.pod.env.DATABASE_URL', jobEnv('DATABASE_URL'), 'secretRef'],
  ['jobs.pod.env.PROXY_PASSWORD', jobEnv('PROXY_PASSWORD'), 'secretRef'],
  ['controller.extraEnv[0].value', env('DROPBOX_REFRESH_TOKEN'), 'valueFrom.secretKeyRef'],
  [
    'controller.extraEnv[0].value',
    env('OFFICE_URL', `https://user:${SECRET}@office.example`),
    'valueFrom.secretKeyRef',
  ],
];

describe('Values that carry a secret', () => {
  for (const [key, values, instead] of REFUSED)
    it(`are refused at ${key}, with how a Secret is made, and without the secret`, async () => {
      await assert.rejects(render(values), (error) => {
        assert.ok(error instanceof RenderRefused, String(error));
        assert.ok(error.message.includes(`${key} holds a secret`), error.message);
        assert.match(error.message, /kubectl create secret generic NAME -n NAMESPACE --from-literal=/);
        assert.ok(error.message.includes(instead), error.message);
        assert.ok(!error.message.includes(SECRET) && !error.message.includes('12345'), error.message);
        return true;
      });
    });

  it('are taken when they only name one', async () => {
    await render(policy({}));
    await render(policy({ exclude: ['**/tokens/**', '**/password.txt'] }));
    await render({
      controller: { extraEnv: [{ name: 'SHIFT_TOKEN', valueFrom: { secretKeyRef: { name: 'shift', key: 'token' } } }] },
    });
    await render({
      controller: { extraEnv: [{ name: 'EMPTY_TOKEN', value: '' }] },
      jobs: { pod: { env: { TZ: 'Etc/UTC' } } },
    });
  });
});
