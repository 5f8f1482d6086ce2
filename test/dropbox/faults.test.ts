import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { contentHash } from './block-hasher.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Effect } from './fault-effects.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe('Faults', () => {
  const bytes = Buffer.from('0123456789');
  let clock: ManualClock;
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    clock = manualClock();
    emulator = await startEmulator({ clock });
    client = rawClient(emulator);
    emulator.tree.put('/a/file', bytes);
    emulator.tree.put('/b/other', bytes);
  });
  afterEach(() => emulator.close());

  const onDownload = (effect: Effect) => emulator.faults.add({ route: 'files/download', effect });
  const statusOf = async (path: string) => (await client.download(path)).status;

  it('hit once by default, the nth call or several in a row on request', async () => {
    const effect: Effect = { kind: 'status', status: 503, body: '<html>', contentType: 'text/html' };
    emulator.faults.add({ route: 'files/download', effect, nth: 2, times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call++) statuses.push(await statusOf('/a/file'));
    assert.deepEqual(statuses, [200, 503, 503, 200]);
    assert.equal(emulator.faults.hits, 2);
  });

  it('hit only the path they name, also behind an id or a rev', async () => {
    const effect: Effect = { kind: 'refusal', error: 'path/restricted_content' };
    emulator.faults.add({ route: 'files/download', path: '/A/file', times: Number.POSITIVE_INFINITY, effect });
    const { rev } = emulator.tree.stat('/a/file');
    assert.deepEqual(
      [await statusOf('/a/file'), await statusOf('/b/other'), await statusOf(`rev:${rev}`)],
      [409, 200, 409],
    );
    emulator.faults.clear();
    assert.equal(await statusOf('/a/file'), 200);
  });

  it('by chance are the same for the same seed', async () => {
    const run = async () => {
      const remove = emulator.faults.add({
        route: 'files/download',
        probability: 0.5,
        seed: 7,
        effect: { kind: 'status', status: 500 },
      });
      const statuses: number[] = [];
      for (let call = 0; call < 12; call++) statuses.push(await statusOf('/a/file'));
      remove();
      return statuses;
    };
    const first = await run();
    assert.deepEqual(await run(), first);
    assert.equal(new Set(first).size, 2);
  });

  it('before the effect leave nothing, after it only the answer is lost', async () => {
    const route = 'files/delete_v2';
    const effect: Effect = { kind: 'reset', at: 'headers' };
    emulator.faults.add({ route, effect });
    await assert.rejects(client.rpc(route, { path: '/a/file' }));
    assert.equal(emulator.tree.exists('/a/file'), true);
    emulator.faults.add({ route, effect, when: 'after' });
    await assert.rejects(client.rpc(route, { path: '/a/file' }));
    assert.equal(emulator.tree.exists('/a/file'), false);
  });

  it('limit the rate in every dress', async () => {
    onDownload({ kind: 'rateLimit', retryAfter: 300 });
    const json = await client.download('/a/file');
    assert.equal(json.headers.get('retry-after'), '300');
    assert.equal(json.json.error.retry_after, 300);
    onDownload({ kind: 'rateLimit', format: 'text', retryAfter: '1.5' });
    const text = await client.download('/a/file');
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(text.headers.get('retry-after'), '1.5');
    onDownload({ kind: 'rateLimit', format: 'empty', retryAfter: null });
    const empty = await client.download('/a/file');
    assert.equal(empty.status, 429);
    assert.equal(empty.headers.get('retry-after'), null);
    assert.equal(empty.text, '');
    onDownload({ kind: 'transportLimit' });
    assert.equal((await client.download('/a/file')).json.error['.tag'], 'invalid_account_type');
  });

  it('spoil a download: short, flipped, from the start, mislabelled', async () => {
    onDownload({ kind: 'truncate', bytes: 4, framing: 'declared' });
    await assert.rejects(client.download('/a/file'), /terminated/);
    onDownload({ kind: 'truncate', bytes: 4, framing: 'chunked' });
    assert.equal((await client.download('/a/file')).text, '0123');
    onDownload({ kind: 'flip', at: 3 });
    assert.equal((await client.download('/a/file')).text, '0122456789');
    const range = { Range: 'bytes=4-5' };
    onDownload({ kind: 'ignoreRange' });
    const whole = await client.download('/a/file', range);
    assert.deepEqual([whole.status, whole.text], [200, '0123456789']);
    onDownload({ kind: 'header', name: 'Content-Range', value: 'bytes 0-1/10' });
    assert.equal((await client.download('/a/file', range)).headers.get('content-range'), 'bytes 0-1/10');
    onDownload({ kind: 'header', name: 'Dropbox-API-Result', value: undefined });
    assert.equal((await client.download('/a/file')).headers.get('dropbox-api-result'), null);
  });

  it('hang before or within an answer until the client gives up', async () => {
    for (const effect of [
      { kind: 'hang', at: 'headers' } as const,
      { kind: 'hang', at: 'body', afterBytes: 4 } as const,
    ]) {
      onDownload(effect);
      const impatient = new AbortController();
      const arrived = new Promise<void>((resolve) => {
        const end = emulator.faults.onRequest(() => {
          end();
          resolve();
        });
      });
      const download = fetch(`${emulator.origin}/2/files/download`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${emulator.credentials.accessToken}`,
          'Dropbox-API-Arg': '{"path": "/a/file"}',
        },
        signal: impatient.signal,
      });
      const settled = assert.rejects(async () => (await download).text());
      await arrived;
      impatient.abort();
      await settled;
    }
    assert.equal(await statusOf('/a/file'), 200);
  });

  it('break a connection within the request and delay by the clock', async () => {
    const route = 'files/upload';
    emulator.faults.add({ route, effect: { kind: 'reset', at: 'requestBody', afterBytes: 1000 } });
    await assert.rejects(client.upload(route, { path: '/big' }, Buffer.alloc(5_000_000)));
    assert.equal(emulator.tree.exists('/big'), false);
    emulator.faults.add({ route, effect: { kind: 'delay', ms: 240_000 } });
    await client.upload(route, { path: '/late' }, 'x');
    assert.equal(clock.elapsed(), 240_000);
  });

  it('make listings odd', async () => {
    const list = (effect: Effect) => {
      emulator.faults.add({ route: 'files/list_folder', effect });
      return client.rpc('files/list_folder', { path: '', recursive: true }).then((reply) => reply.json);
    };
    const names = (page: { entries: { name: string }[] }) => page.entries.map((entry) => entry.name).join(' ');
    const empty = await list({ kind: 'emptyPage' });
    assert.deepEqual([names(empty), empty.has_more], ['', true]);
    const single = await list({ kind: 'pageLimit', entries: 1 });
    assert.deepEqual([names(single), single.has_more], ['a', true]);
    assert.equal(names(await list({ kind: 'duplicates' })), 'a a file file b b other other');
    assert.equal(names(await list({ kind: 'reversed' })), 'other b file a');
    assert.equal(names(await list({ kind: 'withoutFolders' })), 'file other');
    assert.equal((await list({ kind: 'endless' })).has_more, true);
    emulator.faults.add({ route: 'files/list_folder', effect: { kind: 'lastPageLost' } });
    const lost = await client.rpc('files/list_folder', { path: '', recursive: true, limit: 2 });
    assert.deepEqual([names(lost.json), lost.json.has_more], ['a file', false]);
  });

  it('spoil commits: other bytes, out of sight, in part, reported as failed', async () => {
    const upload = (path: string, effect: Effect) => {
      emulator.faults.add({ route: 'files/upload', effect });
      return client.upload('files/upload', { path }, bytes);
    };
    const corrupted = await upload('/c', { kind: 'corruptCommit' });
    assert.equal(corrupted.json.size, 10);
    assert.notEqual(corrupted.json.content_hash, contentHash(bytes));
    await upload('/hidden', { kind: 'invisible', ms: 5000 });
    assert.equal(await statusOf('/hidden'), 409);
    clock.advance(5000);
    assert.equal(await statusOf('/hidden'), 200);
    emulator.faults.add({ route: 'files/move_v2', effect: { kind: 'invisible', looks: 2 } });
    await client.rpc('files/move_v2', { from_path: '/hidden', to_path: '/moved' });
    const again = await client.rpc('files/move_v2', { from_path: '/moved', to_path: '/again' });
    assert.match(again.json.error_summary, /^from_lookup\/not_found/);
    assert.deepEqual([await statusOf('/moved'), await statusOf('/moved')], [409, 200]);

    const session_id = (await client.upload('files/upload_session/start', {}, '')).json.session_id;
    const append = (offset: number, body: Buffer, close: boolean) =>
      client.upload('files/upload_session/append_v2', { cursor: { session_id, offset }, close }, body);
    emulator.faults.add({ route: 'files/upload_session/append_v2', effect: { kind: 'partialAppend', bytes: 4 } });
    assert.equal((await append(0, bytes, false)).status, 500);
    assert.equal((await append(0, bytes, false)).json.error.correct_offset, 4);
    await append(4, bytes.subarray(4), true);
    const route = 'files/upload_session/finish_batch_v2';
    const entries = [{ cursor: { session_id, offset: 10 }, commit: { path: '/s' } }];
    emulator.faults.add({ route, effect: { kind: 'entryRefusal', entry: 0, error: 'other', applied: true } });
    const reply = await client.rpc(route, { entries });
    assert.deepEqual(reply.json.entries, [{ '.tag': 'failure', failure: { '.tag': 'other' } }]);
    assert.deepEqual(await emulator.tree.read('/s'), bytes);
  });

  it('may wait for a hook that sees every request first', async () => {
    const seen: string[] = [];
    const end = emulator.faults.onRequest(({ route, number }) => {
      seen.push(`${number} ${route}`);
      if (number === 2) emulator.tree.remove('/a/file');
    });
    assert.deepEqual([await statusOf('/a/file'), await statusOf('/a/file')], [200, 409]);
    end();
    await statusOf('/b/other');
    assert.deepEqual(seen, ['1 files/download', '2 files/download']);
  });
});
