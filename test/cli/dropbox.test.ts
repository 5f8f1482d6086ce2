import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';
import { assertFailedRun } from './refusal.ts';

const office = openOffice();
const policy = office.write('dropbox.yaml', dropboxSpec());
let emulator: Emulator;

before(async () => {
  emulator = await startEmulator();
  emulator.tree.put('/CASES/USA001_Smith/letter.txt', 'Dear Smith');
});
after(async () => {
  await emulator.close();
  office[Symbol.dispose]();
});

const env = (change: Record<string, string> = {}): Record<string, string> => ({
  ...office.env,
  ...dropboxEnv(emulator),
  ...change,
});

test('A wrong app key is refused with 12', { timeout: 60_000 }, async () => {
  const wrong = env({ DROPBOX_APP_KEY: 'wrongkey1234567' });
  await assertFailedRun(policy, { env: wrong }, { code: 12, reason: 'AppRefused', says: /app key/ });
});

test('A path of another case that is the same folder for Dropbox is an overlap, refused with 5', {
  timeout: 60_000,
}, async () => {
  for (const [root, folder] of [
    ['/CASES', '/cases'],
    ['/CASES', '/Cases/Backups'],
    ['/Cases/usa001_SMITH', '/CASES'],
  ] as const) {
    const spec = dropboxSpec({
      source: { dropbox: { credentialsSecretRef: { name: 'x' }, root } },
      destination: { dropbox: { folder } },
    });
    await assertFailedRun(
      office.write('overlap.yaml', spec),
      { env: env() },
      { code: 5, reason: 'Overlap', says: /contain each other/ },
    );
  }
  assert.deepEqual(emulator.tree.files('/CASES'), ['/CASES/USA001_Smith/letter.txt']);
});

test('A source folder that is not in Dropbox is refused with 5', { timeout: 60_000 }, async () => {
  const spec = dropboxSpec({ source: { dropbox: { credentialsSecretRef: { name: 'x' }, root: '/MATTERS' } } });
  await assertFailedRun(
    office.write('m.yaml', spec),
    { env: env() },
    { code: 5, reason: 'SourceMissing', says: /\/MATTERS does not exist/ },
  );
});

test('A revoked token is refused with 12', { timeout: 60_000 }, async () => {
  emulator.oauth.revokeRefreshToken();
  emulator.oauth.expireAccessTokens();
  await assertFailedRun(
    policy,
    { env: env() },
    { code: 12, reason: 'RefreshTokenRefused', says: /refresh token: it is revoked/ },
  );
  assert.equal(emulator.tree.exists('/BACKUPS'), false);
});
