import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { BLOCK_BYTES, contentHash } from './block-hasher.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type RawClient, type Reply, rawClient } from './raw-client.ts';

const DAY_MS = 86_400_000;

describe('Upload sessions', () => {
  let clock: ManualClock;
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    clock = manualClock();
    emulator = await startEmulator({ clock, accessTokenSeconds: 30 * 86_400 });
    client = rawClient(emulator);
  });
  afterEach(() => emulator.close());

  const start = async (args: object = {}) =>
    (await client.upload('files/upload_session/start', args, '')).json.session_id;
  const append = (session_id: string, offset: number, bytes: Buffer | string, more: object = {}) =>
    client.upload('files/upload_session/append_v2', { cursor: { session_id, offset }, ...more }, bytes);
  const finish = (session_id: string, offset: number, path: string, bytes: Buffer | string = '') =>
    client.upload('files/upload_session/finish', { cursor: { session_id, offset }, commit: { path } }, bytes);
  const concurrent = () => start({ session_type: { '.tag': 'concurrent' } });
  const assertRefused = (reply: Reply, summary: string) => {
    assert.equal(reply.status, 409);
    assert.ok(reply.json.error_summary.startsWith(summary), reply.json.error_summary);
  };

  it('take data in order, and say the correct offset when it is wrong', async () => {
    const session = await start();
    assert.equal((await append(session, 0, 'Hello ')).text, 'null');
    const repeated = await append(session, 0, 'Hello ');
    assertRefused(repeated, 'incorrect_offset');
    assert.deepEqual(repeated.json.error, { '.tag': 'incorrect_offset', correct_offset: 6 });
    assertRefused(await append(session, 9, 'x'), 'incorrect_offset');
    const wrong = await finish(session, 3, '/a.txt');
    assert.deepEqual(wrong.json.error, {
      '.tag': 'lookup_failed',
      lookup_failed: { '.tag': 'incorrect_offset', correct_offset: 6 },
    });
    const done = await finish(session, 6, '/a.txt', 'Dropbox!');
    assert.equal(done.json.content_hash, '16dff8700700b9aa627e24bbf832940c084b41ade5c5d6fe5417963a547ed9c2');
    assert.equal((await emulator.tree.read('/a.txt')).toString(), 'Hello Dropbox!');
  });

  it('refuse everything after close, and batches refuse sessions that are not closed', async () => {
    const [open, closed] = [await start(), await start()];
    await append(closed, 0, 'abc', { close: true });
    assertRefused(await append(closed, 3, 'd'), 'closed');
    const entries = [open, closed].map((session_id, index) => ({
      cursor: { session_id, offset: index * 3 },
      commit: { path: `/${index}.txt` },
    }));
    const reply = await client.rpc('files/upload_session/finish_batch_v2', { entries });
    const [first, second] = reply.json.entries;
    assert.deepEqual(first.failure, { '.tag': 'lookup_failed', lookup_failed: { '.tag': 'not_closed' } });
    assert.equal(second['.tag'], 'success');
    assert.equal(second.size, 3);
  });

  it('that are concurrent take whole blocks in any order, also twice', async () => {
    const content = randomBytes(2 * BLOCK_BYTES + 100);
    const session = await concurrent();
    assertRefused(await append(session, 1, 'x'), 'concurrent_session_invalid_offset');
    assertRefused(await append(session, 0, 'x'), 'concurrent_session_invalid_data_size');
    await append(session, BLOCK_BYTES, content.subarray(BLOCK_BYTES, 2 * BLOCK_BYTES));
    assertRefused(await finish(session, 0, '/a'), 'concurrent_session_not_closed');
    await append(session, 0, content.subarray(0, BLOCK_BYTES));
    assert.equal((await append(session, 0, content.subarray(0, BLOCK_BYTES))).status, 200);
    await append(session, 2 * BLOCK_BYTES, content.subarray(2 * BLOCK_BYTES), { close: true });
    assertRefused(await append(session, 0, content.subarray(0, BLOCK_BYTES)), 'closed');
    assertRefused(await finish(session, content.length, '/a', 'x'), 'concurrent_session_data_not_allowed');
    assertRefused(await finish(session, 7, '/a'), 'lookup_failed/incorrect_offset');
    assert.equal((await finish(session, content.length, '/a')).json.content_hash, contentHash(content));
    assert.deepEqual(await emulator.tree.read('/a'), content);
  });

  it('that are concurrent end with an empty closing append at a multiple of a block, and refuse holes', async () => {
    const block = randomBytes(BLOCK_BYTES);
    const [whole, holed] = [await concurrent(), await concurrent()];
    await append(whole, 0, block);
    await append(whole, BLOCK_BYTES, '', { close: true });
    assert.equal((await finish(whole, BLOCK_BYTES, '/w')).json.size, BLOCK_BYTES);
    await append(holed, BLOCK_BYTES, 'tail', { close: true });
    assertRefused(await finish(holed, BLOCK_BYTES + 4, '/h'), 'concurrent_session_missing_data');
    const startWithData = { session_type: { '.tag': 'concurrent' } };
    assertRefused(
      await client.upload('files/upload_session/start', startWithData, 'x'),
      'concurrent_session_data_not_allowed',
    );
    assertRefused(
      await client.upload('files/upload_session/start', { ...startWithData, close: true }, ''),
      'concurrent_session_close_not_allowed',
    );
  });

  it('check the content_hash of the request and store nothing when it differs', async () => {
    const session = await start();
    assertRefused(await append(session, 0, 'abc', { content_hash: '0'.repeat(64) }), 'content_hash_mismatch');
    assert.equal((await append(session, 0, 'abc', { content_hash: contentHash(Buffer.from('abc')) })).status, 200);
    assert.equal((await finish(session, 3, '/a')).json.size, 3);
  });

  it('live for seven days and may not outgrow the largest file', async () => {
    emulator.settings.maxFileBytes = 5;
    const session = await start();
    assertRefused(await append(session, 0, '123456'), 'too_large');
    clock.advance(7 * DAY_MS);
    assertRefused(await append(session, 0, '1'), 'not_found');
    emulator.oauth.expireAccessTokens();
    assert.equal((await append(session, 0, '1')).json.error['.tag'], 'expired_access_token');
  });

  it('keep what came with a finish that was refused, so that the next try sends nothing', async () => {
    const session = await start();
    emulator.tree.put('/taken', 'other');
    assertRefused(await finish(session, 0, '/taken', 'data'), 'path/conflict/file');
    assertRefused(await finish(session, 0, '/free', 'data'), 'lookup_failed/incorrect_offset');
    assert.equal((await finish(session, 4, '/free')).json.size, 4);
  });

  it('answer a repeated finish with the same file, or with not_found where that is asked for', async () => {
    const session = await start();
    await append(session, 0, 'abc');
    const first = await finish(session, 3, '/a');
    assert.equal((await finish(session, 3, '/a')).json.rev, first.json.rev);
    emulator.settings.repeatedFinish = 'not_found';
    assertRefused(await finish(session, 3, '/a'), 'lookup_failed/not_found');
  });

  it('take many appends in one request, each with its own outcome', async () => {
    const sessions: string[] = (await client.rpc('files/upload_session/start_batch', { num_sessions: 2 })).json
      .session_ids;
    const entries = sessions.map((session_id, index) => ({
      cursor: { session_id, offset: index },
      length: 3,
      close: true,
    }));
    const reply = await client.upload('files/upload_session/append_batch', { entries }, 'abcdef');
    assert.deepEqual(reply.json.entries, [
      { '.tag': 'success' },
      { '.tag': 'failure', failure: { '.tag': 'incorrect_offset', correct_offset: 0 } },
    ]);
    assertRefused(await client.upload('files/upload_session/append_batch', { entries }, 'abc'), 'length_mismatch');
  });

  it('finish in the old batch as a job that is checked', async () => {
    const session = await start({ close: true });
    const entries = [{ cursor: { session_id: session, offset: 0 }, commit: { path: '/empty' } }];
    emulator.faults.add({ route: 'files/upload_session/finish_batch', effect: { kind: 'slowJob', checks: 1 } });
    const { async_job_id } = (await client.rpc('files/upload_session/finish_batch', { entries })).json;
    const check = () => client.rpc('files/upload_session/finish_batch/check', { async_job_id });
    assert.deepEqual((await check()).json, { '.tag': 'in_progress' });
    assert.equal((await check()).json.entries[0].size, 0);
  });
});
