import assert from 'node:assert/strict';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { contentHash } from './block-hasher.ts';
import { generatedContent } from './contents.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe('Requests, authorisation and answers', () => {
  let clock: ManualClock;
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    clock = manualClock();
    emulator = await startEmulator({ clock });
    client = rawClient(emulator);
    emulator.tree.put('/ü.txt', '0123456789');
  });
  afterEach(() => emulator.close());

  const token = (parameters: Record<string, string>, how: 'form' | 'query' = 'form') => {
    const search = new URLSearchParams(parameters);
    const url = `${emulator.origin}/oauth2/token${how === 'query' ? `?${search}` : ''}`;
    return fetch(url, { method: 'POST', ...(how === 'form' ? { body: search } : {}) });
  };
  const refresh = () => ({
    grant_type: 'refresh_token',
    refresh_token: emulator.credentials.refreshToken,
    client_id: emulator.credentials.appKey,
    client_secret: emulator.credentials.appSecret,
  });

  it('that are malformed get a 400 in plain text that names the place', async () => {
    const texts: [string, unknown, RegExp][] = [
      [
        'files/get_metadata',
        { pat: '/x' },
        /^Error in call to API function "files\/get_metadata": request body: unknown field 'pat'$/,
      ],
      ['files/delete_v2', {}, /"files\/delete:2": request body: missing required field 'path'$/],
      ['files/get_metadata', { path: 'hello.txt' }, /request body: path: 'hello.txt' did not match pattern/],
      ['files/list_folder', { path: '', limit: 2001 }, /limit: 2001 is not less than or equal to 2000$/],
    ];
    for (const [route, args, pattern] of texts) {
      const reply = await client.rpc(route, args);
      assert.equal(reply.status, 400);
      assert.match(reply.text, pattern);
      assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8');
    }
    const mode = await client.upload('files/upload', { path: '/a', mode: 'update' }, '');
    assert.match(mode.text, /mode: expected object for 'update', got symbol$/);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    assert.match((await client.rpc('files/get_metadata', {}, form)).text, /Bad HTTP "Content-Type" header/);
    assert.equal((await client.rpc('files/no_such_route', {})).status, 404);
  });

  it('of Go programs carry raw UTF-8 in Dropbox-API-Arg', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const headers = {
      Authorization: `Bearer ${emulator.credentials.accessToken}`,
      'Dropbox-API-Arg': Buffer.from('{"path": "/ü.txt"}').toString('latin1'),
    };
    const outgoing = request(`${emulator.origin}/2/files/download`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    outgoing.on('error', reject).end();
    assert.equal(await promise, 200);
  });

  it('are answered with JSON that fits into a header and exactly application/json', async () => {
    const reply = await client.rpc('files/get_metadata', { path: '/ü.txt' });
    assert.equal(reply.headers.get('content-type'), 'application/json');
    assert.ok(reply.text.startsWith('{".tag": "file", "name": "\\u00fc.txt", '), reply.text);
    assert.match(reply.headers.get('x-dropbox-request-id') ?? '', /^[0-9a-f]{32}$/);
    const download = await client.download('/ü.txt');
    assert.match(download.headers.get('dropbox-api-result') ?? '', /"name": "\\u00fc.txt"/);
    assert.equal(download.json['.tag'], undefined);
  });

  it('for ranges are clamped at the end and refused behind it', async () => {
    const part = await client.download('/ü.txt', { Range: 'bytes=4-600' });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), 'bytes 4-9/10');
    assert.equal(part.bytes.toString(), '456789');
    const behind = () => client.download('/ü.txt', { Range: 'bytes=10-' });
    assert.ok((await behind()).json.error_summary.startsWith('range/not_satisfiable/'));
    emulator.settings.unsatisfiableRange = 416;
    assert.equal((await behind()).status, 416);
  });

  it('need a token that is known, has not expired and has the scope', async () => {
    const call = (headers: Record<string, string>) => client.rpc('files/get_metadata', { path: '/ü.txt' }, headers);
    assert.equal((await call({ Authorization: 'Bearer unknown' })).json.error['.tag'], 'invalid_access_token');
    assert.equal((await call({ Authorization: 'nonsense' })).status, 400);
    emulator.oauth.setScopes(['files.content.read']);
    const missing = await call({});
    assert.equal(missing.status, 401);
    assert.deepEqual(missing.json.error, { '.tag': 'missing_scope', required_scope: 'files.metadata.read' });
    clock.advance(4 * 3_600_000);
    assert.equal((await call({})).json.error['.tag'], 'expired_access_token');
  });

  it("of an app for itself need its key and secret, and no account's token", async () => {
    const { appKey, appSecret } = emulator.credentials;
    const check = (authorization: string) => client.rpc('check/app', { query: 'x' }, { Authorization: authorization });
    const basic = (secret: string) => `Basic ${Buffer.from(`${appKey}:${secret}`).toString('base64')}`;
    assert.equal((await check(basic(appSecret))).json.result, 'x');
    const refused = [basic('wrong'), `Bearer ${emulator.credentials.accessToken}`, ''];
    const statuses = await Promise.all(refused.map(async (one) => (await check(one)).status));
    assert.deepEqual(statuses, [400, 400, 400]);
  });

  it('keep their connection for as long as a client pauses', async () => {
    const kept = await client.rpc('check/user', {});
    assert.equal(kept.headers.get('keep-alive'), 'timeout=75');
  });

  it('for tokens may put their parameters into the form, the URL or a Basic header', async () => {
    for (const how of ['form', 'query'] as const) {
      const answer = await token(refresh(), how);
      assert.equal(answer.headers.get('content-type'), 'text/javascript');
      const { access_token, expires_in, ...rest } = (await answer.json()) as Record<string, unknown>;
      assert.equal(expires_in, 14_400);
      assert.deepEqual(rest, { token_type: 'bearer' });
      const headers = { Authorization: `Bearer ${access_token}` };
      assert.equal((await client.rpc('check/user', { query: 'x' }, headers)).json.result, 'x');
    }
    assert.equal(emulator.stats().refreshes, 2);
    assert.match(emulator.requests().find((one) => one.query !== '')?.query ?? '', /refresh_token=/);
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const basic = await fetch(`${emulator.origin}/1/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${appKey}:${appSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    });
    assert.equal(basic.status, 200);
  });

  it('for tokens are refused with JSON 400 for a wrong secret and a revoked refresh token', async () => {
    const wrong = await token({ ...refresh(), client_secret: 'wrong' });
    assert.equal(wrong.status, 400);
    assert.match(await wrong.text(), /invalid_client/);
    await client.rpc('auth/token/revoke', null);
    const revoked = await token(refresh());
    assert.equal(revoked.status, 400);
    assert.equal(((await revoked.json()) as { error: string }).error, 'invalid_grant');
    assert.equal((await client.rpc('check/user', {})).status, 401);
  });

  it('for tokens may ask for fewer scopes, and need the secret unless the token was made by PKCE', async () => {
    const { client_secret: _, ...bare } = refresh();
    const refused = await token(bare);
    assert.equal(refused.status, 400);
    assert.equal(((await refused.json()) as { error: string }).error, 'invalid_request');
    emulator.oauth.usePkce();
    assert.equal((await token(bare)).status, 200);

    const narrow = await token({ ...refresh(), scope: 'files.metadata.read' });
    const { access_token: accessToken, scope } = (await narrow.json()) as Record<string, string>;
    assert.equal(scope, 'files.metadata.read');
    const headers = { Authorization: `Bearer ${accessToken}` };
    assert.equal((await client.rpc('files/list_folder', { path: '' }, headers)).status, 200);
    const beyond = await client.rpc('files/create_folder_v2', { path: '/new' }, headers);
    assert.deepEqual([beyond.status, beyond.json.error.required_scope], [401, 'files.content.write']);
    assert.equal((await token({ ...refresh(), scope: 'sharing.write' })).status, 400);
  });

  it('above the rate are refused, and refused ones count too', async (t) => {
    const limited = await startEmulator({ clock, rateLimit: { requests: 2, perMs: 1000, retryAfterSeconds: 15 } });
    t.after(() => limited.close());
    const hasty = rawClient(limited);
    const statusOf = async () => (await hasty.rpc('check/user', {})).status;
    assert.deepEqual([await statusOf(), await statusOf(), await statusOf()], [200, 200, 429]);
    clock.advance(900);
    const refused = await hasty.rpc('check/user', {});
    assert.equal(refused.headers.get('retry-after'), '15');
    assert.equal(refused.json.error.retry_after, 15);
    clock.advance(1000);
    assert.equal(await statusOf(), 200);
    assert.deepEqual(limited.stats().limitedCalls, { passed: 3, refused: 2, allowed: 3.8 });
  });

  it('above the rate of a bucket are refused, and refused ones cost nothing', async () => {
    emulator.limitCalls({ requests: 4, perMs: 2000, retryAfterSeconds: 1, shape: 'bucket' });
    const statusesOf = async (calls: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let call = 0; call < calls; call++) statuses.push((await client.rpc('check/user', {})).status);
      return statuses;
    };
    assert.deepEqual(await statusesOf(6), [200, 200, 200, 200, 429, 429]);
    clock.advance(500);
    assert.deepEqual(await statusesOf(2), [200, 429]);
    assert.deepEqual(emulator.stats().limitedCalls, { passed: 5, refused: 3, allowed: 1 });
    emulator.limitCalls(undefined);
    assert.deepEqual(await statusesOf(2), [200, 200]);
  });

  it('are counted by route, with the time of the given clock in Date', async () => {
    emulator.settings.dateSkewMs = 60_000;
    const reply = await client.rpc('check/user', {});
    assert.equal(reply.headers.get('date'), 'Mon, 23 Nov 2026 03:01:00 GMT');
    await client.upload('files/upload', { path: '/n' }, Buffer.alloc(5000));
    const counters = emulator.stats().routes['files/upload'];
    assert.equal(counters?.bytesIn, 5000);
    assert.deepEqual(counters?.statuses, { 200: 1 });
    emulator.resetStats();
    assert.equal(emulator.stats().requests, 0);
  });

  it('hash and slice generated contents as if they were stored', async () => {
    for (const size of [0, 1, 4_194_303, 4_194_304, 4_194_305, 9_000_001]) {
      const content = generatedContent(size, 5);
      const pieces: Buffer[] = [];
      for await (const piece of content.read(0, size)) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      assert.equal(bytes.length, size);
      assert.equal(content.hash(), contentHash(bytes));
      const part: Buffer[] = [];
      for await (const piece of content.read(Math.floor(size / 3), size)) part.push(piece);
      assert.ok(Buffer.concat(part).equals(bytes.subarray(Math.floor(size / 3))));
    }
    assert.equal(
      contentHash(Buffer.alloc(8_388_608)),
      '03ae066c707c588592d9e27aa2444ca98423e0999024f1ceaa11a153790b37de',
    );
  });
});
