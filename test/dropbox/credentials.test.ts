import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { leakWatch } from '../support/leak-watch.ts';
import { startEmulator } from './emulator.ts';
import { rawClient } from './raw-client.ts';

function isWatched(value: string): boolean {
  const watch = leakWatch(FAKE_SECRETS);
  watch.see('a.test.ts', `the log says ${value}, and goes on`);
  return watch.leaks().length > 0;
}

test('whatever the emulator hands out that opens something is looked for in the output of every test', async () => {
  const emulator = await startEmulator();
  try {
    emulator.tree.put('/a.txt', 'a');
    const { credentials, origin } = emulator;
    const { appKey, appSecret, refreshToken } = credentials;
    const form = { client_id: appKey, client_secret: appSecret, refresh_token: refreshToken };
    const refreshed = await fetch(`${origin}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, grant_type: 'refresh_token' }),
    });
    const { access_token: accessToken } = (await refreshed.json()) as { access_token: string };
    assert.notEqual(accessToken, credentials.accessToken);
    const { json } = await rawClient(emulator).rpc('files/get_temporary_link', { path: '/a.txt' });
    const handedOut = { ...credentials, refreshed: accessToken, link: json.link as string };
    for (const [what, value] of Object.entries(handedOut)) assert.ok(isWatched(value), `${what} is not looked for`);
    const basic = Buffer.from(`${appKey}:${appSecret}`).toString('base64');
    assert.ok(isWatched(`Basic ${basic}`), 'both in a basic authorisation are not looked for');
  } finally {
    await emulator.close();
  }
});

test('two access tokens differ behind what is looked for', async () => {
  const [one, two] = await Promise.all([startEmulator(), startEmulator()]);
  try {
    assert.notEqual(one.credentials.accessToken, two.credentials.accessToken);
    const answer = await rawClient({ ...one, credentials: two.credentials }).rpc('users/get_current_account', null);
    assert.equal(answer.status, 401, 'one account lets the token of another in');
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});
