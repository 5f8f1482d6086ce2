import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Emulator, startEmulator } from './emulator.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type RawClient, type Reply, rawClient } from './raw-client.ts';

describe('Folders, moves, copies, deletions and revisions', () => {
  let clock: ManualClock;
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    clock = manualClock();
    emulator = await startEmulator({ clock, accessTokenSeconds: 86_400 });
    client = rawClient(emulator);
    emulator.tree.put('/a/one.txt', 'one');
  });
  afterEach(() => emulator.close());

  const assertRefused = (reply: Reply, summary: string) => {
    assert.equal(reply.status, 409);
    assert.ok(reply.json.error_summary.startsWith(`${summary}/`), reply.json.error_summary);
  };
  const move = (from_path: string, to_path: string) => client.rpc('files/move_v2', { from_path, to_path });

  it('create a folder once, or under a free name', async () => {
    const created = (await client.rpc('files/create_folder_v2', { path: '/New/Deep' })).json.metadata;
    assert.deepEqual(Object.keys(created), ['name', 'path_lower', 'path_display', 'id']);
    assertRefused(await client.rpc('files/create_folder_v2', { path: '/new/DEEP' }), 'path/conflict/folder');
    assertRefused(await client.rpc('files/create_folder_v2', { path: '/a/one.txt' }), 'path/conflict/file');
    const free = await client.rpc('files/create_folder_v2', { path: '/New/Deep', autorename: true });
    assert.equal(free.json.metadata.name, 'Deep (1)');
  });

  it('move keeps the id, gives a new rev, and refuses what is in the way', async () => {
    const before = emulator.tree.stat('/a/one.txt');
    const moved = (await move('/a/one.txt', '/b/two.txt')).json.metadata;
    assert.equal(moved['.tag'], 'file');
    assert.notEqual(moved.rev, before.rev);
    assert.equal(moved.content_hash, before.contentHash);
    assertRefused(await move('/a/one.txt', '/c'), 'from_lookup/not_found');
    emulator.tree.put('/c.txt', 'c');
    assertRefused(await move('/b/two.txt', '/c.txt'), 'to/conflict/file');
    assertRefused(await move('/b', '/b/inside'), 'cant_move_folder_into_itself');
    assert.deepEqual(emulator.tree.files(), ['/b/two.txt', '/c.txt']);
  });

  it('delete tells the item as it was, and only for the right parent_rev', async () => {
    const { rev } = emulator.tree.stat('/a/one.txt');
    emulator.tree.put('/a/one.txt', 'newer');
    const remove = (more: object) => client.rpc('files/delete_v2', { path: '/a/one.txt', ...more });
    assertRefused(await remove({ parent_rev: rev }), 'path_write/conflict/file');
    const gone = (await remove({ parent_rev: emulator.tree.stat('/a/one.txt').rev })).json.metadata;
    assert.equal(gone['.tag'], 'file');
    assert.equal(gone.size, 5);
    assertRefused(await remove({}), 'path_lookup/not_found');
  });

  it('batches are jobs whose entries succeed and fail for themselves', async () => {
    emulator.tree.put('/b.txt', 'b');
    const entries = [{ path: '/a' }, { path: '/none' }];
    const { async_job_id } = (await client.rpc('files/delete_batch', { entries })).json;
    const result = (await client.rpc('files/delete_batch/check', { async_job_id })).json;
    assert.equal(result.entries[0].metadata['.tag'], 'folder');
    assert.deepEqual(result.entries[1].failure, { '.tag': 'path_lookup', path_lookup: { '.tag': 'not_found' } });
    assertRefused(await client.rpc('files/move_batch/check_v2', { async_job_id }), 'invalid_async_job_id');

    const moves = [
      { from_path: '/b.txt', to_path: '/c.txt' },
      { from_path: '/none', to_path: '/d' },
    ];
    const job = (await client.rpc('files/move_batch_v2', { entries: moves })).json;
    const moved = (await client.rpc('files/move_batch/check_v2', { async_job_id: job.async_job_id })).json;
    assert.equal(moved.entries[0].success.name, 'c.txt');
    assert.equal(moved.entries[1].failure.relocation_error.from_lookup['.tag'], 'not_found');
  });

  it('old revisions can be listed, read and restored, also after a deletion', async () => {
    const { rev } = emulator.tree.stat('/a/one.txt');
    await client.upload('files/upload', { path: '/a/one.txt', mode: 'overwrite' }, 'two');
    assert.equal((await client.download(`rev:${rev}`)).bytes.toString(), 'one');
    const revisions = (await client.rpc('files/list_revisions', { path: '/a/one.txt' })).json;
    assert.equal(revisions.is_deleted, false);
    assert.deepEqual(
      revisions.entries.map((entry: { size: number; rev: string }) => entry.rev),
      [emulator.tree.stat('/a/one.txt').rev, rev],
    );
    emulator.tree.remove('/a');
    assert.equal((await client.rpc('files/list_revisions', { path: '/a/one.txt' })).json.is_deleted, true);
    assert.equal((await client.rpc('files/restore', { path: '/a/one.txt', rev })).status, 200);
    assert.equal((await emulator.tree.read('/a/one.txt')).toString(), 'one');
    const unknown = await client.rpc('files/restore', { path: '/a/one.txt', rev: '123456789' });
    assertRefused(unknown, 'invalid_revision');
  });

  it('a file that was permanently deleted cannot be read by its rev, one that was deleted can', async () => {
    const kept = emulator.tree.stat('/a/one.txt').rev;
    emulator.tree.remove('/a/one.txt');
    assert.equal((await client.download(`rev:${kept}`)).bytes.toString(), 'one');
    const purged = emulator.tree.put('/a/two.txt', 'two').rev;
    emulator.tree.purge('/a/two.txt');
    assertRefused(await client.download(`rev:${purged}`), 'path/not_found');
  });

  it('nobody deletes for good through the API, but a team whose app has that very scope', async (t) => {
    const refused = await client.rpc('files/permanently_delete', { path: '/a/one.txt' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /Your API app is not allowed to call this function\.$/);
    const team = await startEmulator({ clock, team: { rootNamespaceId: '77', homePath: '/Ann Lee' } });
    t.after(() => team.close());
    const member = rawClient(team);
    team.tree.put('/a.txt', 'a');
    const remove = () => member.rpc('files/permanently_delete', { path: '/a.txt' });
    assert.equal((await remove()).json.error.required_scope, 'files.permanent_delete');
    team.oauth.setScopes(['files.permanent_delete']);
    assert.equal((await remove()).text, 'null');
  });

  it('a file that moves has the time of the move, and so has each below a moved folder', async () => {
    const of = async (path: string) => (await client.rpc('files/get_metadata', { path })).json;
    const before = await of('/a/one.txt');
    clock.advance(60_000);
    await move('/a', '/b');
    const after = await of('/b/one.txt');
    assert.equal(Date.parse(after.server_modified) - Date.parse(before.server_modified), 60_000);
    assert.equal(after.client_modified, before.client_modified);
  });

  it('a restored file has its old id and time of the client, and a new rev and time of the service', async () => {
    const before = (await client.rpc('files/get_metadata', { path: '/a/one.txt' })).json;
    emulator.tree.remove('/a/one.txt');
    clock.advance(60_000);
    const { json } = await client.rpc('files/restore', { path: '/a/one.txt', rev: before.rev });
    assert.deepEqual([json.id, json.client_modified], [before.id, before.client_modified]);
    assert.notEqual(json.rev, before.rev);
    assert.equal(Date.parse(json.server_modified) - Date.parse(before.server_modified), 60_000);
    assert.ok((await client.rpc('files/list_folder', { path: '/a' })).json.entries.length === 1);
  });

  it('a file that is put back over what stands there keeps the id of that', async () => {
    const old = (await client.rpc('files/get_metadata', { path: '/a/one.txt' })).json;
    emulator.tree.put('/a/one.txt', 'newer');
    clock.advance(60_000);
    const { json } = await client.rpc('files/restore', { path: '/a/one.txt', rev: old.rev });
    assert.deepEqual([json.id, json.size, json.client_modified], [old.id, 3, old.client_modified]);
    assert.notEqual(json.rev, old.rev);
    assert.equal(Date.parse(json.server_modified) - Date.parse(old.server_modified), 60_000);
  });

  it('a name is spelled anew by a move, in other letters but not in another normal form', async () => {
    const cursor = (await client.rpc('files/list_folder/get_latest_cursor', { path: '', recursive: true })).json.cursor;
    const { id } = (await client.rpc('files/get_metadata', { path: '/a/one.txt' })).json;
    const moved = (await move('/a/one.txt', '/a/ONE.txt')).json.metadata;
    assert.deepEqual([moved.id, moved.name], [id, 'ONE.txt']);
    const { entries } = (await client.rpc('files/list_folder/continue', { cursor })).json;
    assert.deepEqual(
      entries.map((entry: Record<string, string>) => [entry['.tag'], entry['name']]),
      [['file', 'ONE.txt']],
    );
    emulator.tree.put('/zo\u00eb.txt', 'z');
    assertRefused(await move('/zo\u00eb.txt', '/zoe\u0308.txt'), 'duplicated_or_nested_paths');
    assertRefused(await move('/a/ONE.txt', '/a/ONE.txt'), 'to/conflict/file');
  });

  it('a change that is refused leaves no folder behind', async () => {
    assertRefused(await move('/a', '/a/b/c/d'), 'cant_move_folder_into_itself');
    assert.ok(!emulator.tree.exists('/a/b'));
  });

  it('revisions come with what the newest SDKs ask for, page by page, and tell when the file was deleted', async () => {
    for (const text of ['two', 'three', 'four']) emulator.tree.put('/a/one.txt', text);
    const list = async (more: object) =>
      (await client.rpc('files/list_revisions', { path: '/a/one.txt', limit: 2, ...more })).json;
    const first = await list({ include_restorable_info: true });
    assert.deepEqual([first.entries.length, first.has_more, first.entries[0].is_restorable], [2, true, true]);
    const second = await list({ before_rev: first.entries[1].rev });
    assert.deepEqual([second.entries.length, second.has_more, second.entries[0].is_restorable], [2, false, undefined]);
    assert.equal(new Set([...first.entries, ...second.entries].map(({ rev }) => rev)).size, 4);
    const refused = (more: object) => client.rpc('files/list_revisions', { path: '/a/one.txt', ...more });
    assertRefused(await refused({ before_rev: '123456789' }), 'invalid_before_rev');
    assertRefused(await refused({ mode: 'id', before_rev: first.entries[0].rev }), 'before_rev_not_supported');
    assert.equal((await refused({ path: `rev:${first.entries[0].rev}` })).status, 400);
    emulator.tree.remove('/a/one.txt');
    const gone = await list({});
    assert.deepEqual([gone.is_deleted, gone.server_deleted], [true, clock.now().toISOString().replace('.000', '')]);
  });

  it('a GET whose content the client has already brings nothing', async () => {
    const arg = encodeURIComponent(JSON.stringify({ path: '/a/one.txt' }));
    const url = `${emulator.origin}/2/files/download?arg=${arg}`;
    const get = (headers: Record<string, string>) =>
      fetch(url, { headers: { Authorization: `Bearer ${emulator.credentials.accessToken}`, ...headers } });
    const whole = await get({});
    assert.equal(await whole.text(), 'one');
    const same = await get({ 'If-None-Match': whole.headers.get('etag') ?? '' });
    assert.deepEqual([same.status, await same.text()], [304, '']);
  });

  it('the routes of before do the same and give the metadata bare', async () => {
    const ok = async (route: string, args: object) => (await client.rpc(`files/${route}`, args)).json;
    assert.equal((await ok('create_folder', { path: '/old' })).name, 'old');
    assert.equal((await ok('copy', { from_path: '/a/one.txt', to_path: '/old/copy.txt' }))['.tag'], 'file');
    assert.equal((await ok('move', { from_path: '/old/copy.txt', to_path: '/old/moved.txt' })).name, 'moved.txt');
    assert.equal((await ok('delete', { path: '/old' }))['.tag'], 'folder');
  });

  it('folders are made by the batch, at once when they are few and as a job when they are many', async () => {
    const batch = (paths: string[], more = {}) => client.rpc('files/create_folder_batch', { paths, ...more });
    const few = (await batch(['/x/1', '/a/one.txt'])).json;
    assert.deepEqual(
      [few['.tag'], few.entries.map((entry: { '.tag': string }) => entry['.tag'])],
      ['complete', ['success', 'failure']],
    );
    assert.equal(few.entries[1].failure['.tag'], 'path');
    for (const [paths, more] of [
      [Array.from({ length: 100 }, (_, n) => `/many/${n}`), {}],
      [['/y'], { force_async: true }],
    ] as const) {
      const { async_job_id } = (await batch([...paths], more)).json;
      const done = (await client.rpc('files/create_folder_batch/check', { async_job_id })).json;
      assert.deepEqual([done['.tag'], done.entries.length], ['complete', paths.length]);
    }
    assert.equal((await client.rpc('files/create_folder_batch/check', { async_job_id: '' })).status, 400);
  });

  it('a rev ends with the namespace that it was given in', async () => {
    emulator.tree.namespace('/shared', '4681680304');
    const { rev } = (await client.upload('files/upload', { path: '/shared/a.txt' }, 'a')).json;
    assert.match(rev, /^[0-9a-f]{5}00000001170cc5b0$/);
    assert.equal((await client.download(`rev:${rev}`)).bytes.toString(), 'a');
  });

  it('ids name what is there, not what is to be made', async () => {
    const { id } = (await client.rpc('files/get_metadata', { path: '/a' })).json;
    assert.equal((await client.rpc('files/create_folder_v2', { path: `${id}/new` })).status, 400);
    assert.equal((await client.rpc('files/delete_v2', { path: id })).status, 200);
  });

  it('temporary links serve ranges for four hours, then answer 410', async () => {
    const { link } = (await client.rpc('files/get_temporary_link', { path: '/a/one.txt' })).json;
    const part = await fetch(link, { headers: { Range: 'bytes=1-' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), 'ne');
    clock.advance(4 * 3_600_000);
    assert.equal((await fetch(link)).status, 410);
  });

  it('documents that cannot be downloaded can be exported, files that were taken down cannot be read', async () => {
    const exported = {
      size: 3,
      hash: () => 'h',
      read: async function* () {
        yield Buffer.from('# A');
      },
    };
    emulator.tree.put('/n.paper', '', { flags: { downloadable: false, exportFormats: ['md'], exported } });
    assertRefused(await client.download('/n.paper'), 'unsupported_file');
    const reply = await client.upload('files/export', { path: '/n.paper' }, '');
    assert.equal(reply.json.export_metadata.name, 'n.md');
    assert.equal(reply.bytes.toString(), '# A');
    assertRefused(await client.upload('files/export', { path: '/a/one.txt' }, ''), 'non_exportable');
    emulator.tree.flag('/a/one.txt', { restricted: true });
    assertRefused(await client.download('/a/one.txt'), 'path/restricted_content');
  });
});
