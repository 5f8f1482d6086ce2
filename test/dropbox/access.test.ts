import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Emulator, startEmulator } from './emulator.ts';
import { manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe('A member of a shared folder', () => {
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    emulator = await startEmulator({ clock: manualClock() });
    client = rawClient(emulator);
    emulator.tree.namespace('/Cases', '84528192421');
    emulator.tree.put('/Cases/Sealed/deep/secret.txt', 's');
    emulator.tree.put('/Cases/Open/seen/1.txt', '1');
    emulator.tree.put('/Cases/Open/unseen/2.txt', '2');
  });
  afterEach(() => emulator.close());

  const summary = async (route: string, args: object): Promise<string> => {
    const { status, json } = await client.rpc(route, args);
    return status === 200 ? 'ok' : json.error_summary.replace(/\/\.*$/, '');
  };
  const pathsBelow = async (path: string) =>
    (await client.list({ path, recursive: true })).map((entry) => entry.path_display);

  it('without access sees that a folder is there, and nothing of what is in it', async () => {
    emulator.tree.restrict('/Cases/Sealed', { noAccess: 'path/not_found' });
    const [sealed] = (await client.list({ path: '/Cases' })).filter((entry) => entry.name === 'Sealed');
    assert.deepEqual(sealed.sharing_info, {
      read_only: true,
      parent_shared_folder_id: '84528192421',
      traverse_only: false,
      no_access: true,
    });
    assert.equal(sealed.parent_shared_folder_id, '84528192421', 'the older field beside it');
    assert.ok(!(await pathsBelow('/Cases')).some((path) => path.startsWith('/Cases/Sealed/')));
    assert.equal(await summary('files/get_metadata', { path: '/Cases/Sealed' }), 'ok');
    assert.equal(await summary('files/get_metadata', { path: '/Cases/Sealed/deep' }), 'path/not_found');
    assert.equal(await summary('files/list_folder', { path: '/Cases/Sealed/deep' }), 'path/not_found');
    assert.equal((await client.download('/Cases/Sealed/deep/secret.txt')).status, 409);
    assert.equal((await client.download(`rev:${emulator.tree.stat('/Cases/Sealed/deep/secret.txt').rev}`)).status, 409);
  });

  for (const refusal of ['path/not_found', 'path/restricted_content', 'path/other'] as const)
    it(`without access is refused its listing with ${refusal}, where that is set`, async () => {
      emulator.tree.restrict('/Cases/Sealed', { noAccess: refusal });
      assert.equal(await summary('files/list_folder', { path: '/Cases/Sealed' }), refusal);
      assert.equal(await summary('files/list_folder/get_latest_cursor', { path: '/Cases/Sealed' }), refusal);
    });

  it('who may only pass through a folder sees those children that it leads to', async () => {
    emulator.tree.restrict('/Cases/Open', { traverseOnly: ['seen'] });
    const entries = await client.list({ path: '/Cases/Open', recursive: true });
    assert.deepEqual(
      entries.map((entry) => entry.path_display),
      ['/Cases/Open/seen', '/Cases/Open/seen/1.txt', '/Cases/Open'],
    );
    assert.deepEqual(entries.at(-1).sharing_info, {
      read_only: true,
      parent_shared_folder_id: '84528192421',
      traverse_only: true,
      no_access: false,
    });
    assert.equal(await summary('files/get_metadata', { path: '/Cases/Open/unseen' }), 'path/not_found');
  });

  it('with read access alone can change nothing below the folder', async () => {
    emulator.tree.put('/mine.txt', 'm');
    emulator.tree.restrict('/Cases', { readOnly: true });
    const [file] = (await client.list({ path: '/Cases', recursive: true })).filter(({ name }) => name === '1.txt');
    assert.deepEqual(file.sharing_info, { read_only: true, parent_shared_folder_id: '84528192421' });
    const upload = await client.upload('files/upload', { path: '/Cases/Open/new/3.txt' }, '3');
    assert.match(upload.json.error_summary, /^path\/no_write_permission/);
    const refused: readonly (readonly [string, object, string])[] = [
      ['files/create_folder_v2', { path: '/Cases/New' }, 'path/no_write_permission'],
      ['files/delete_v2', { path: '/Cases/Open' }, 'path_write/no_write_permission'],
      ['files/move_v2', { from_path: '/Cases/Open', to_path: '/Open' }, 'from_write/no_write_permission'],
      ['files/move_v2', { from_path: '/mine.txt', to_path: '/Cases/a/mine.txt' }, 'to/no_write_permission'],
      ['files/copy_v2', { from_path: '/mine.txt', to_path: '/Cases/mine.txt' }, 'to/no_write_permission'],
    ];
    for (const [route, args, expected] of refused) assert.equal(await summary(route, args), expected, route);
    assert.equal(await summary('files/copy_v2', { from_path: '/Cases/Open', to_path: '/Open' }), 'ok');
    assert.ok(!emulator.tree.exists('/Cases/a') && !emulator.tree.exists('/Cases/Open/new'));
  });

  it('is told by a cursor that a folder was closed, and of nothing in it from then on', async () => {
    const cursor = (await client.rpc('files/list_folder/get_latest_cursor', { path: '/Cases', recursive: true })).json;
    emulator.tree.restrict('/Cases/Sealed', { noAccess: 'path/not_found' });
    emulator.tree.put('/Cases/Sealed/deep/later.txt', 'l');
    emulator.tree.remove('/Cases/Sealed/deep/secret.txt');
    const { entries } = (await client.rpc('files/list_folder/continue', { cursor: cursor.cursor })).json;
    assert.deepEqual(
      entries.map((entry: Record<string, unknown>) => [entry['path_display'], entry['sharing_info']]),
      [
        [
          '/Cases/Sealed',
          { read_only: true, parent_shared_folder_id: '84528192421', traverse_only: false, no_access: true },
        ],
      ],
    );
  });
});
