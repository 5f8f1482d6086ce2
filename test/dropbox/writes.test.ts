import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Emulator, startEmulator } from './emulator.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type RawClient, type Reply, rawClient } from './raw-client.ts';

describe('Uploads and their write modes', () => {
  let clock: ManualClock;
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    clock = manualClock();
    emulator = await startEmulator({ clock });
    client = rawClient(emulator);
  });
  afterEach(() => emulator.close());

  const upload = (path: string, body: string, more: object = {}) =>
    client.upload('files/upload', { path, ...more }, body);
  const assertConflict = (reply: Reply, kind: string) => {
    assert.equal(reply.status, 409);
    assert.ok(reply.json.error_summary.startsWith(`path/conflict/${kind}/`), reply.json.error_summary);
    assert.deepEqual(reply.json.error.reason, { '.tag': 'conflict', conflict: { '.tag': kind } });
  };

  it('with the same content succeed and change nothing, unless strict_conflict is set', async () => {
    const first = (await upload('/a.txt', 'one')).json;
    clock.advance(3_600_000);
    const again = (await upload('/A.TXT', 'one')).json;
    assert.equal(again.rev, first.rev);
    assert.equal(again.server_modified, first.server_modified);
    assert.equal(again.name, 'a.txt');
    assertConflict(await upload('/a.txt', 'one', { strict_conflict: true }), 'file');
  });

  it('with other content conflict, overwrite, or take a free name', async () => {
    const first = (await upload('/a.txt', 'one')).json;
    assertConflict(await upload('/a.txt', 'two'), 'file');
    assert.equal((await upload('/a.txt', 'two', { autorename: true })).json.name, 'a (1).txt');
    const over = (await upload('/a.txt', 'three', { mode: 'overwrite' })).json;
    assert.equal(over.id, first.id);
    assert.ok(over.rev > first.rev);
    assert.match(over.rev, /^[0-9a-f]{21}$/);
  });

  it('with update(rev) need the present rev', async () => {
    const first = (await upload('/a.txt', 'one')).json;
    const update = { '.tag': 'update', update: first.rev };
    assert.equal((await upload('/a.txt', 'two', { mode: update })).status, 200);
    assertConflict(await upload('/a.txt', 'three', { mode: update }), 'file');
    assertConflict(await upload('/gone.txt', 'x', { mode: update, strict_conflict: true }), 'file');
    assert.equal((await upload('/gone.txt', 'x', { mode: update })).status, 200);
    const renamed = await upload('/a.txt', 'four', { mode: update, autorename: true });
    assert.equal(renamed.json.name, "a (Ann Lee's conflicted copy).txt");
    emulator.tree.remove('/a.txt');
    emulator.tree.folder('/a.txt');
    emulator.tree.remove("/a (Ann Lee's conflicted copy).txt");
    const beside = await upload('/a.txt', 'five', { mode: update, autorename: true });
    assert.equal(beside.json.name, "a (Ann Lee's conflicted copy).txt", 'a folder in the way is as a file');
  });

  it('conflict with a folder in their place and with a file above them', async () => {
    emulator.tree.put('/folder/file', 'x');
    assertConflict(await upload('/folder', 'x', { mode: 'overwrite' }), 'folder');
    assertConflict(await upload('/folder/file/below', 'x'), 'file_ancestor');
  });

  it('refuse names that cannot be', async () => {
    const tags: Record<string, string> = {
      '/a\\b': 'malformed_path',
      '/a/../b': 'malformed_path',
      '/trailing ': 'malformed_path',
      '/del\u007f': 'malformed_path',
      [`/${'x'.repeat(256)}`]: 'malformed_path',
      '/.DS_Store': 'disallowed_name',
      '/x/Desktop.ini': 'disallowed_name',
    };
    for (const [path, tag] of Object.entries(tags)) {
      assert.ok((await upload(path, 'x')).json.error_summary.startsWith(`path/${tag}/`), path);
    }
    assert.equal((await upload(`/${'é'.repeat(255)}`, 'x')).status, 200);
  });

  it('keep whole seconds of client_modified and refuse milliseconds', async () => {
    const kept = await upload('/a', 'x', { client_modified: '2020-02-03T04:05:06Z' });
    assert.equal(kept.json.client_modified, '2020-02-03T04:05:06Z');
    assert.equal(kept.json.server_modified, '2026-11-23T03:00:00Z');
    const refused = await upload('/b', 'x', { client_modified: '2020-02-03T04:05:06.000Z' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /client_modified/);
  });

  it('are refused for want of space at the commit, and space usage tells it', async () => {
    emulator.settings.allocatedBytes = 10;
    assert.ok((await upload('/a', '12345678901')).json.error_summary.startsWith('path/insufficient_space/'));
    await upload('/a', '12345678');
    const usage = (await client.rpc('users/get_space_usage', null)).json;
    assert.deepEqual(usage, { used: 8, allocation: { '.tag': 'individual', allocated: 10 } });
    const copy = await client.rpc('files/copy_v2', { from_path: '/a', to_path: '/b' });
    assert.ok(copy.json.error_summary.startsWith('insufficient_quota/'));
  });

  it('at the same time hit the write lock where it is on, appends do not', async (t) => {
    const locked = await startEmulator({ writeLock: true });
    t.after(() => locked.close());
    const hurried = rawClient(locked);
    const uploads = Array.from({ length: 6 }, (_, n) => hurried.upload('files/upload', { path: `/${n}` }, `${n}`));
    const replies = await Promise.all(uploads);
    const refused = replies.filter((reply) => reply.status === 429);
    assert.ok(refused.length > 0 && refused.length < 6, `${refused.length} of 6 were refused`);
    assert.equal(refused[0]?.headers.get('retry-after'), '1');
    assert.deepEqual(refused[0]?.json.error, { reason: { '.tag': 'too_many_write_operations' } });
    assert.equal(locked.stats().rejectedByWriteLock, refused.length);
    assert.equal(locked.tree.files().length, 6 - refused.length);
  });
});
