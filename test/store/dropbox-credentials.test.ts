import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { asFailure, Failure } from '../../src/host/errors.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { fileAt, inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { openFixture } from './dropbox-fixture.ts';

test('parallel first calls make exactly one refresh and ask once who they are', async () => {
  await using fixture = await openFixture();
  await Promise.all(Array.from({ length: 16 }, (_, n) => fixture.store.stat(`${n}`, never)));
  assert.equal(fixture.emulator.stats().refreshes, 1);
  assert.equal(fixture.emulator.stats().routes['users/get_current_account']?.requests, 1);
});

test('a token is renewed five minutes before it expires', async () => {
  await using fixture = await openFixture();
  await fixture.store.stat('a', never);
  fixture.clock.advance(14_400_000 - 5 * 60_000 - 1);
  await fixture.store.stat('a', never);
  assert.equal(fixture.emulator.stats().refreshes, 1);
  fixture.clock.advance(1);
  await fixture.store.stat('a', never);
  assert.equal(fixture.emulator.stats().refreshes, 2);
});

test('a token that expires early is renewed once for all who meet it', async () => {
  await using fixture = await openFixture();
  await fixture.store.stat('a', never);
  fixture.emulator.oauth.expireAccessTokens();
  await Promise.all(Array.from({ length: 8 }, (_, n) => fixture.store.stat(`${n}`, never)));
  assert.equal(fixture.emulator.stats().refreshes, 2);
});

test('the token endpoint may fail for a while', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: 'oauth2/token', effect: { kind: 'status', status: 503, body: 'down' } });
  fixture.emulator.faults.add({ route: 'oauth2/token', nth: 2, effect: { kind: 'rateLimit', format: 'text' } });
  fixture.emulator.faults.add({ route: 'oauth2/token', nth: 3, effect: { kind: 'reset', at: 'headers' } });
  assert.equal(await fixture.store.stat('a', never), undefined);
});

const json = (status: number, body: object): Effect => ({ kind: 'status', status, body });
for (const [code, route, effect] of [
  [
    'RefreshTokenRefused',
    'oauth2/token',
    json(400, { error: 'invalid_grant', error_description: 'refresh token is invalid or revoked' }),
  ],
  [
    'AppRefused',
    'oauth2/token',
    json(400, { error: 'invalid_client: Invalid client_id or client_secret', error_description: 'x' }),
  ],
  ['AppDisabled', 'oauth2/token', { kind: 'status', status: 400, body: 'This app is currently disabled.' }],
  ['TokenRefused', 'oauth2/token', json(400, { error: 'unsupported_grant_type' })],
  [
    'AppDisabled',
    'users/get_current_account',
    { kind: 'status', status: 400, body: 'This app is currently disabled.' },
  ],
  ['UserSuspended', 'users/get_current_account', { kind: 'unauthorised', tag: 'user_suspended' }],
  [
    'ScopeMissing',
    'files/get_metadata',
    { kind: 'unauthorised', tag: 'missing_scope', requiredScope: 'files.metadata.read' },
  ],
  ['AccessRefused', 'files/get_metadata', { kind: 'unauthorised', tag: 'invalid_access_token' }],
  ['AccessRefused', 'files/get_metadata', { kind: 'unauthorised', tag: 'route_access_denied' }],
  [
    'AccessForbidden',
    'files/get_metadata',
    json(403, { error_summary: 'team_access_denied/', error: { '.tag': 'team_access_denied' } }),
  ],
  [
    'NamespaceChanged',
    'files/get_metadata',
    json(422, { error_summary: 'invalid_root/..', error: { '.tag': 'invalid_root' } }),
  ],
] as const satisfies readonly (readonly [string, string, Effect])[]) {
  test(`identify ends as credentials/${code} when ${route} answers ${effect.kind} ${JSON.stringify(effect).slice(16, 90)}`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.faults.add({ route, times: 9, effect });
    await assert.rejects(fixture.store.identify(never), (error) => {
      const { exit, hint } = asFailure(error);
      assert.deepEqual([exit, asFailure(error).code], ['credentials', code]);
      assert.ok(hint);
      return true;
    });
    assert.ok(fixture.emulator.faults.hits <= 2, 'it was asked again');
  });
}

test('a revoked refresh token and a wrong secret are refused by the emulator itself', async () => {
  await using fixture = await openFixture();
  fixture.emulator.oauth.revokeRefreshToken();
  await assert.rejects(fixture.store.identify(never), { exit: 'credentials', code: 'RefreshTokenRefused' });
  const { appKey, refreshToken } = fixture.emulator.credentials;
  const credentials = { kind: 'refresh', appKey, appSecret: 'another-secret', refreshToken } as const;
  await using wrong = await openFixture({ account: { credentials, origin: fixture.emulator.origin } });
  await assert.rejects(wrong.store.identify(never), { exit: 'credentials', code: 'AppRefused' });
});

test('an access token alone works until it expires', async () => {
  await using emulator = await openFixture();
  const { accessToken } = emulator.emulator.credentials;
  const credentials = { kind: 'access', accessToken } as const;
  await using fixture = await openFixture({ account: { credentials, origin: emulator.emulator.origin } });
  assert.ok((await fixture.store.identify(never)).account);
  emulator.emulator.oauth.expireAccessTokens();
  await assert.rejects(fixture.store.identify(never), { exit: 'credentials', code: 'AccessTokenExpired' });
});

test('an app that is limited to its own folder is told to use namespace Home', async () => {
  await using fixture = await openFixture();
  fixture.emulator.settings.appFolder = true;
  await assert.rejects(fixture.store.identify(never), { exit: 'configuration', code: 'AppFolderOnly' });
  assert.equal((await fixture.at('/BACKUPS', { namespace: 'Home' }).identify(never)).root.exists, false);
});

test('Root starts in the space of the team and Home in the folder of the member', async () => {
  await using fixture = await openFixture({ emulator: { team: { rootNamespaceId: '777', homePath: '/Ann Lee' } } });
  fixture.emulator.tree.putInTeam('/CASES/a.txt', 'team');
  fixture.emulator.tree.put('/CASES/a.txt', 'mine');
  for (const [namespace, content] of [
    ['Root', 'team'],
    ['Home', 'mine'],
  ] as const) {
    const store = fixture.at('/CASES', { namespace });
    assert.equal((await store.load(await fileAt(store, 'a.txt'), never)).bytes.toString(), content);
  }
  assert.equal((await fixture.at('/CASES').identify(never)).namespace, '777');
});

test('no secret stands in a URL, an argument or an error', async () => {
  await using fixture = await openFixture();
  const urls: string[] = [];
  const see = (message: unknown): unknown => urls.push((message as { request: { path: string } }).request.path);
  subscribe('undici:request:create', see);
  await fixture.store.write('x.zip', inChunks(pattern(9 * MIB)), {}, never);
  await fixture.store.load(await fileAt(fixture.store, 'x.zip'), never);
  const refuse = { kind: 'unauthorised', tag: 'invalid_access_token' } as const;
  fixture.emulator.faults.add({ route: 'files/get_metadata', times: 9, effect: refuse });
  const error: unknown = await fixture.store.stat('a', never).catch((thrown: unknown) => thrown);
  unsubscribe('undici:request:create', see);

  const { appSecret, refreshToken } = fixture.emulator.credentials;
  const requests = fixture.emulator.requests().filter(({ route }) => route !== 'oauth2/token');
  const seen = inspect([urls, requests.map(({ args, headers }) => [args, headers]), error], { depth: 9 });
  assert.match(seen, /oauth2\/token/);
  assert.match(seen, /upload_session\/append_v2/);
  for (const secret of [appSecret, refreshToken, 'sl.']) assert.ok(!seen.includes(secret), 'a secret was seen');
});

for (const [what, effect] of [
  ['a page', { kind: 'status', status: 200, body: '<h1>It works</h1>', contentType: 'text/html' }],
  ['404', { kind: 'status', status: 404, body: 'not here' }],
  ['a redirect', { kind: 'status', status: 302, headers: { Location: '/login' } }],
] as const)
  test(`an origin that answers with ${what} is told as a setting to correct, at once`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.faults.add({ route: '*', times: Number.POSITIVE_INFINITY, effect });
    const isTold = { exit: 'configuration', code: 'OriginInvalid', message: /CASE_BACKUP_DROPBOX_ORIGIN/ };
    await assert.rejects(fixture.store.identify(never), isTold);
    assert.deepEqual(fixture.clock.sleeps, []);
  });

test('an origin at which nobody listens is told after minutes, not after an hour', async () => {
  await using fixture = await openFixture({ account: { origin: 'http://127.0.0.1:1' } });
  await assert.rejects(fixture.store.identify(never), { exit: 'configuration', code: 'OriginInvalid' });
  assert.ok(fixture.clock.elapsed() <= 120_000);
});

test('a host that no name server knows is told after minutes, with the setting that names it', async () => {
  await using fixture = await openFixture({ account: { origin: 'http://dropbox.office.invalid' } });
  const isTold = { exit: 'configuration', code: 'HostUnknown', message: /CASE_BACKUP_DROPBOX_ORIGIN/ };
  await assert.rejects(fixture.store.identify(never), isTold);
  assert.ok(fixture.clock.elapsed() <= 120_000);
});

for (const [what, token] of [
  ['a line end', 'sl.line\nend'],
  ['letters beyond Latin', 'sl.\u0436'],
] as const)
  test(`an access token with ${what} ends the run at once and is not shown`, async () => {
    await using fixture = await openFixture();
    const body = { access_token: token, token_type: 'bearer', expires_in: 14_400 };
    fixture.emulator.faults.add({ route: 'oauth2/token', times: 9, effect: { kind: 'status', status: 200, body } });
    await assert.rejects(fixture.store.identify(never), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.exit, error.code], ['credentials', 'AccessRefused']);
      assert.ok(!error.message.includes(token));
      return true;
    });
    assert.deepEqual(fixture.clock.sleeps, []);
  });
