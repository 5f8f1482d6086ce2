import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Emulator, startEmulator } from './emulator.ts';
import { manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe('Listings and cursors', () => {
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    emulator = await startEmulator({ clock: manualClock() });
    client = rawClient(emulator);
    emulator.tree.put('/Cases/A/1.txt', '1');
    emulator.tree.put('/Cases/A/2.txt', '2');
    emulator.tree.put('/Cases/B/3.txt', '3');
  });
  afterEach(() => emulator.close());

  const pathsOf = (entries: { path_display: string }[]) => entries.map((entry) => entry.path_display);
  const latest = async (path: string) =>
    (await client.rpc('files/list_folder/get_latest_cursor', { path, recursive: true })).json.cursor;
  const next = (cursor: string) => client.rpc('files/list_folder/continue', { cursor });

  it('page through a tree, parents first, the listed folder itself included', async () => {
    const entries = await client.list({ path: '/cases', recursive: true, limit: 2 });
    assert.deepEqual(pathsOf(entries), [
      '/Cases',
      '/Cases/A',
      '/Cases/A/1.txt',
      '/Cases/A/2.txt',
      '/Cases/B',
      '/Cases/B/3.txt',
    ]);
    assert.equal(entries[2]['.tag'], 'file');
    assert.equal(entries[2].path_lower, '/cases/a/1.txt');
    assert.deepEqual(pathsOf(await client.list({ path: '/Cases' })), ['/Cases/A', '/Cases/B']);
  });

  it('give the same page again for the same cursor, so that a lost answer costs nothing', async () => {
    const first = (await client.rpc('files/list_folder', { path: '', recursive: true, limit: 3 })).json;
    assert.deepEqual((await next(first.cursor)).json, (await next(first.cursor)).json);
  });

  it('tell what was created, changed, moved and deleted since a cursor', async () => {
    const cursor = await latest('');
    emulator.tree.put('/Cases/C/4.txt', '4');
    emulator.tree.put('/Cases/A/1.txt', 'changed');
    emulator.tree.move('/Cases/A/2.txt', '/Cases/B/2.txt');
    emulator.tree.remove('/Cases/B/3.txt');
    const page = (await next(cursor)).json;
    const told = page.entries.map((entry: Record<string, string>) => `${entry['.tag']} ${entry['path_lower']}`);
    assert.deepEqual(told, [
      'folder /cases/c',
      'file /cases/c/4.txt',
      'file /cases/a/1.txt',
      'deleted /cases/a/2.txt',
      'file /cases/b/2.txt',
      'deleted /cases/b/3.txt',
    ]);
    assert.deepEqual((await next(page.cursor)).json.entries, []);
  });

  it('show deleted items and hide what cannot be downloaded, on request', async () => {
    emulator.tree.remove('/Cases/A/1.txt');
    emulator.tree.put('/Cases/A/notes.paper', '', { flags: { downloadable: false, exportFormats: ['md'] } });
    const everything = await client.list({ path: '/Cases/A', include_deleted: true });
    assert.ok(everything.some((entry) => entry['.tag'] === 'deleted' && entry.name === '1.txt'));
    const paper = everything.find((entry) => entry.name === 'notes.paper');
    assert.equal(paper.is_downloadable, false);
    assert.equal(paper.content_hash, undefined);
    const downloadable = await client.list({ path: '/Cases/A', include_non_downloadable_files: false });
    assert.deepEqual(pathsOf(downloadable), ['/Cases/A/2.txt']);
  });

  it('refuse what is no folder, and "/" for the root', async () => {
    assert.ok(
      (await client.rpc('files/list_folder', { path: '/none' })).json.error_summary.startsWith('path/not_found/'),
    );
    const file = await client.rpc('files/list_folder', { path: '/Cases/A/1.txt' });
    assert.ok(file.json.error_summary.startsWith('path/not_folder/'));
    const root = await client.rpc('files/list_folder', { path: '/' });
    assert.equal(root.status, 400);
    assert.match(root.text, /Specify the root folder as an empty string rather than as "\/"\.$/);
  });

  it('answer an expired cursor with reset and a garbage one with 400', async () => {
    const cursor = await latest('');
    emulator.tree.resetCursors();
    assert.ok((await next(cursor)).json.error_summary.startsWith('reset/'));
    assert.equal((await next('AAgarbage')).status, 400);
  });

  it('wait for a change in longpoll, without authorisation', async () => {
    const cursor = await latest('/Cases');
    const ask = (headers: Record<string, string>) =>
      fetch(`${emulator.origin}/2/files/list_folder/longpoll`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ cursor, timeout: 30 }),
      });
    assert.equal((await ask({ Authorization: 'Bearer x' })).status, 400);
    assert.equal(await (await ask({})).text(), '{"changes":false}');
    emulator.tree.put('/Cases/A/1.txt', 'more');
    assert.equal(await (await ask({})).text(), '{"changes":true}');
  });

  it('find names whatever their case and normal form', async () => {
    emulator.tree.put('/Cases/Zo\u0065\u0308 ΣΣΣ.txt', 'x', { flags: { wrongParentCase: true } });
    const metadata = (path: string) => client.rpc('files/get_metadata', { path });
    const found = (await metadata('/CASES/ZOË ΣΣΣ.TXT')).json;
    assert.equal(found.path_lower, '/cases/zoë σσσ.txt');
    assert.equal(found.path_display, '/CASES/Zo\u0065\u0308 ΣΣΣ.txt');
    assert.equal((await metadata('/Cases/Zo\u0065\u0308 ΣΣΣ.txt')).json.id, found.id);
  });

  it('check what they do not use, and show a link as one', async () => {
    const list = (more: object) => client.rpc('files/list_folder', { path: '/Cases/A', ...more });
    assert.equal((await list({ include_property_groups: 'everything' })).status, 400);
    assert.equal((await list({ shared_link: 'https://www.dropbox.com/s/1' })).status, 400);
    assert.equal((await list({ shared_link: { url: 'https://www.dropbox.com/s/1' } })).status, 409);
    emulator.tree.flag('/Cases/A/1.txt', { symlinkTarget: '/etc/passwd' });
    assert.deepEqual((await list({})).json.entries[0].symlink_info, { target: '/etc/passwd' });
  });

  it('say of a file who has locked it, and on request whether it is shared by itself and what a photo measures', async () => {
    const path = '/Cases/A/1.txt';
    const dimensions = { width: 640, height: 480 };
    emulator.tree.flag(path, { lockedBy: 'Bob Ray', explicitMembers: true, dimensions });
    const [plain] = await client.list({ path: '/Cases/A' });
    assert.equal(plain.file_lock_info.lockholder_name, 'Bob Ray');
    assert.deepEqual([plain.has_explicit_shared_members, plain.media_info], [undefined, undefined]);
    const asked = { include_has_explicit_shared_members: true, include_media_info: true };
    const listed = await client.list({ path: '/Cases', recursive: true, limit: 1, ...asked });
    assert.deepEqual(
      listed.map((entry) => entry.has_explicit_shared_members),
      [undefined, undefined, true, false, undefined, false],
      'folders have no such flag',
    );
    assert.ok(
      listed.every((entry) => entry.media_info === undefined),
      'listings tell nothing of photos',
    );
    const { json } = await client.rpc('files/get_metadata', { path, ...asked });
    assert.equal(json.has_explicit_shared_members, true);
    assert.deepEqual(json.media_info.metadata.dimensions, dimensions);
    assert.equal((await client.download(path)).text, '1');
  });

  it('leave mounted folders out, with all that is in them, where that is asked for', async () => {
    emulator.tree.namespace('/Cases/B', '84528192421');
    const args = { path: '/Cases', recursive: true, include_mounted_folders: false };
    assert.deepEqual(pathsOf(await client.list(args)), ['/Cases', '/Cases/A', '/Cases/A/1.txt', '/Cases/A/2.txt']);
    assert.ok(pathsOf(await client.list({ ...args, include_mounted_folders: true })).includes('/Cases/B/3.txt'));
  });

  it('take a path with a line end behind a namespace, and refuse one that climbs', async () => {
    const { root_info } = (await client.rpc('users/get_current_account', null)).json;
    emulator.tree.put('/Cases/odd\nname/4.txt', '4');
    const path = `ns:${root_info.root_namespace_id}/Cases/odd\nname`;
    assert.equal((await client.rpc('files/list_folder', { path })).status, 200);
    const climbing = await client.rpc('files/list_folder', { path: '/Cases/../Cases' });
    assert.match(climbing.json.error_summary, /^path\/malformed_path/);
    const gone = await client.rpc('files/delete_v2', { path: '/Cases/../Cases' });
    assert.match(gone.json.error_summary, /^path_lookup\/malformed_path/);
    const moved = await client.rpc('files/move_v2', { from_path: '/Cases/..', to_path: '/x' });
    assert.match(moved.json.error_summary, /^from_lookup\/malformed_path/);
  });

  it('see the team space only through the path root', async (t) => {
    const team = await startEmulator({ team: { rootNamespaceId: '77', homePath: '/Ann Lee' } });
    t.after(() => team.close());
    const member = rawClient(team);
    team.tree.put('/mine.txt', 'm');
    team.tree.putInTeam('/Team/shared.txt', 's');
    const { root_info } = (await member.rpc('users/get_current_account', null)).json;
    assert.equal(root_info.root_namespace_id, '77');
    assert.notEqual(root_info.home_namespace_id, '77');
    const listed = async (root?: object) => {
      const headers: Record<string, string> = root ? { 'Dropbox-API-Path-Root': JSON.stringify(root) } : {};
      return await member.rpc('files/list_folder', { path: '', recursive: true }, headers);
    };
    assert.deepEqual(pathsOf((await listed()).json.entries), ['/mine.txt']);
    const whole = pathsOf((await listed({ '.tag': 'root', root: '77' })).json.entries);
    assert.deepEqual(whole, ['/Ann Lee', '/Ann Lee/mine.txt', '/Team', '/Team/shared.txt']);
    const wrong = await listed({ '.tag': 'root', root: '78' });
    assert.equal(wrong.status, 422);
    assert.equal(wrong.json.error.invalid_root.root_namespace_id, '77');
    assert.equal((await listed({ '.tag': 'namespace_id', namespace_id: '9' })).json.error['.tag'], 'no_permission');
  });

  it('hold generated cases whose contents need no storage', async () => {
    emulator.tree.generate({ path: '/Many', cases: 50, filesPerCase: 100, size: 1000 });
    const entries = await client.list({ path: '/Many', recursive: true, limit: 2000 });
    assert.equal(entries.length, 1 + 50 + 5000);
    const last = entries.at(-1);
    const bytes = (await client.download(last.path_lower)).bytes;
    assert.equal(bytes.length, 1000);
  });
});
