import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Emulator, startEmulator } from './emulator.ts';
import { manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe('Arguments, as the specification has them,', () => {
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    emulator = await startEmulator({ clock: manualClock() });
    client = rawClient(emulator);
    emulator.tree.put('/a/one.txt', 'one');
  });
  afterEach(() => emulator.close());

  const statusOf = async (route: string, args: object) => (await client.rpc(route, args)).status;

  it('name a job by an id that is not empty', async () => {
    for (const check of [
      'files/delete_batch/check',
      'files/move_batch/check_v2',
      'files/copy_batch/check_v2',
      'files/upload_session/finish_batch/check',
      'files/create_folder_batch/check',
    ]) {
      assert.equal(await statusOf(check, { async_job_id: '' }), 400, check);
      assert.equal(await statusOf(check, { async_job_id: 'dbjid:nobody' }), 409, check);
    }
  });

  it('may be batches of nothing', async () => {
    const none = { entries: [] };
    const appended = await client.upload('files/upload_session/append_batch', none, '');
    const finished = await client.rpc('files/upload_session/finish_batch_v2', none);
    assert.deepEqual([appended.json, finished.json], [none, none]);
    const { async_job_id } = (await client.rpc('files/upload_session/finish_batch', none)).json;
    const { json } = await client.rpc('files/upload_session/finish_batch/check', { async_job_id });
    assert.deepEqual(json, { '.tag': 'complete', ...none });
  });

  it('have line ends in names behind a namespace, wherever a path may stand', async () => {
    const { root_info } = (await client.rpc('users/get_current_account', null)).json;
    emulator.tree.put('/odd\nname/one.txt', 'one');
    const path = `ns:${root_info.root_namespace_id}/odd\nname`;
    assert.equal(await statusOf('files/list_folder', { path }), 200);
    assert.equal(await statusOf('files/get_metadata', { path }), 200);
    assert.equal(await statusOf('files/list_revisions', { path: `${path}/one.txt` }), 200);
    assert.equal(await statusOf('files/create_folder_v2', { path: `${path}/new` }), 200);
    assert.equal(await statusOf('files/move_v2', { from_path: path, to_path: `${path} moved` }), 200);
    assert.equal(await statusOf('files/delete_v2', { path: `${path} moved` }), 200);
  });

  it('name nothing by an id that is to be put back', async () => {
    const { id, rev } = (await client.rpc('files/get_metadata', { path: '/a/one.txt' })).json;
    assert.equal(await statusOf('files/restore', { path: id, rev }), 400);
    assert.equal(await statusOf('files/restore', { path: '/a/one.txt', rev }), 200);
  });

  it('ask for property groups by templates', async () => {
    const ask = (groups: unknown) => statusOf('files/get_metadata', { path: '/a', include_property_groups: groups });
    assert.equal(await ask('everything'), 400);
    assert.equal(await ask({ '.tag': 'filter_some', filter_some: ['ptid:1'] }), 200);
  });

  it('concern at most 10,000 files and folders together', async () => {
    emulator.tree.generate({ path: '/least', cases: 5000, filesPerCase: 1 });
    emulator.tree.generate({ path: '/most', cases: 4999, filesPerCase: 1 });
    const refused = await client.rpc('files/delete_v2', { path: '/least' });
    assert.match(refused.json.error_summary, /^too_many_files/);
    const copied = await client.rpc('files/copy_v2', { from_path: '/least', to_path: '/copy' });
    assert.match(copied.json.error_summary, /^too_many_files/);
    assert.equal(await statusOf('files/delete_v2', { path: '/most' }), 200);
  });

  it("name a namespace, and those that clients take for a stranger's are one", async () => {
    const headers = { 'Dropbox-API-Path-Root': JSON.stringify({ '.tag': 'namespace_id', namespace_id: '1234567890' }) };
    const { status, json } = await client.rpc('files/list_folder', { path: '' }, headers);
    assert.deepEqual([status, json.error], [422, { '.tag': 'no_permission' }]);
  });
});
