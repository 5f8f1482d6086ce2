import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conflict } from '../../src/store/store.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { fileAt, inChunks, MIB, never } from './conformance/fixture.ts';
import { openFixture } from './dropbox-fixture.ts';

const bytes = Buffer.from('{"lease":1}');
const isConflict = (error: unknown): boolean => error instanceof Conflict;

const LOST: readonly (readonly [what: string, Effect])[] = [
  ['is lost with the connection', { kind: 'reset', at: 'headers' }],
  ['is a 500', { kind: 'status', status: 500 }],
  ['is a 503 page', { kind: 'status', status: 503, body: '<html>', contentType: 'text/html' }],
];

for (const [what, effect] of LOST) {
  test(`put succeeds when it has happened and its answer ${what}`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.faults.add({ route: 'files/upload', when: 'after', effect });
    const first = await fixture.store.put('lease.json', bytes, 'absent', never);
    assert.equal(fixture.emulator.tree.stat('/BACKUPS/lease.json').rev, first.rev);
    fixture.emulator.faults.add({ route: 'files/upload', when: 'after', effect });
    const second = await fixture.store.put('lease.json', Buffer.from('2'), { rev: first.rev }, never);
    assert.equal(fixture.emulator.tree.stat('/BACKUPS/lease.json').rev, second.rev);
    assert.equal(fixture.emulator.stats().routes['files/upload']?.requests, 2);
  });

  test(`move succeeds when it has happened and its answer ${what}`, async () => {
    await using fixture = await openFixture();
    const file = await fixture.store.put('incoming/x.zip', bytes, 'absent', never);
    fixture.emulator.faults.add({ route: 'files/move_v2', when: 'after', effect });
    const moved = await fixture.store.move(file, 'x.zip', never);
    assert.deepEqual([moved.key, moved.contentHash], ['x.zip', file.contentHash]);
    assert.deepEqual(fixture.emulator.tree.files(), ['/BACKUPS/x.zip']);
  });

  test(`makeFolder succeeds when it has happened and its answer ${what}`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.faults.add({ route: 'files/create_folder_v2', when: 'after', effect });
    await fixture.store.makeFolder('2026/cases', never);
    assert.equal((await fixture.store.stat('2026/cases', never))?.kind, 'folder');
    assert.equal(fixture.emulator.stats().routes['files/create_folder_v2']?.requests, 2);
  });

  test(`remove succeeds when it has happened and its answer ${what}`, async () => {
    await using fixture = await openFixture();
    const file = await fixture.store.put('x.zip', bytes, 'absent', never);
    fixture.emulator.faults.add({ route: 'files/delete_v2', when: 'after', effect });
    assert.equal(await fixture.store.remove(file, never), 'removed');
    assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), false);
  });
}

test('put with the same content is a conflict too where nothing was expected', async () => {
  await using fixture = await openFixture();
  await fixture.store.put('lease.json', bytes, 'absent', never);
  await assert.rejects(fixture.store.put('lease.json', bytes, 'absent', never), isConflict);
});

test('put does not bring back what was deleted meanwhile', async () => {
  await using fixture = await openFixture();
  const { rev } = await fixture.store.put('lease.json', bytes, 'absent', never);
  fixture.emulator.tree.remove('/BACKUPS/lease.json');
  await assert.rejects(fixture.store.put('lease.json', Buffer.from('2'), { rev }, never), isConflict);
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/lease.json'), false);
});

test('put whose answer was lost does not take the file of another writer for its own', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: 'files/upload', effect: { kind: 'reset', at: 'headers' } });
  let uploads = 0;
  fixture.emulator.faults.onRequest(({ route }) => {
    if (route === 'files/upload' && ++uploads === 1) fixture.emulator.tree.put('/BACKUPS/lease.json', 'theirs');
  });
  await assert.rejects(fixture.store.put('lease.json', bytes, 'absent', never), isConflict);
  assert.equal((await fixture.emulator.tree.read('/BACKUPS/lease.json')).toString(), 'theirs');
});

test('a folder is made again when the write lock is held, and takes its name in any case', async () => {
  await using fixture = await openFixture();
  for (const nth of [1, 2]) {
    const reason = 'too_many_write_operations';
    fixture.emulator.faults.add({ route: 'files/create_folder_v2', nth, effect: { kind: 'rateLimit', reason } });
  }
  await fixture.store.makeFolder('Cases', never);
  await fixture.store.makeFolder('CASES', never);
  const made = await fixture.store.stat('cases', never);
  assert.deepEqual([made?.kind, made?.path], ['folder', 'Cases']);
});

test('a folder that the account may not make ends the run', async () => {
  await using fixture = await openFixture();
  const error = 'path/no_write_permission';
  fixture.emulator.faults.add({ route: 'files/create_folder_v2', effect: { kind: 'refusal', error } });
  await assert.rejects(fixture.store.makeFolder('cases', never), { code: 'NoWritePermission' });
});

test('a time that Dropbox would not keep is sent as the nearest that it does', async () => {
  await using fixture = await openFixture();
  for (const [asked, sent] of [
    ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z'],
    ['2400-02-29T12:00:00.999Z', '2400-02-29T12:00:00Z'],
    ['+010000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
  ] as const) {
    const written = await fixture.store.write(`${asked}.txt`, inChunks(bytes), { modified: new Date(asked) }, never);
    assert.equal(written.modified.toISOString(), sent.replace('Z', '.000Z'));
  }
});

test('a file that is not found right after it was made is moved a moment later', async () => {
  await using fixture = await openFixture();
  const file = await fixture.store.put('incoming/x.zip', bytes, 'absent', never);
  fixture.emulator.faults.add({
    route: 'files/move_v2',
    times: 2,
    effect: { kind: 'refusal', error: 'from_lookup/not_found' },
  });
  assert.equal((await fixture.store.move(file, 'x.zip', never)).key, 'x.zip');
});

test('a file that is gone or has changed is not moved', async () => {
  await using fixture = await openFixture();
  const file = await fixture.store.put('incoming/x.zip', bytes, 'absent', never);
  fixture.emulator.tree.put('/BACKUPS/incoming/x.zip', 'another');
  await assert.rejects(fixture.store.move(file, 'x.zip', never), isConflict);
  fixture.emulator.tree.remove('/BACKUPS/incoming/x.zip');
  await assert.rejects(fixture.store.move(file, 'x.zip', never), isConflict);
  assert.deepEqual(fixture.emulator.tree.files(), []);
});

test('a folder is never removed, whatever it is called', async () => {
  await using fixture = await openFixture();
  const file = await fixture.store.put('x.zip', bytes, 'absent', never);
  fixture.emulator.tree.remove('/BACKUPS/x.zip');
  fixture.emulator.tree.put('/BACKUPS/x.zip/inside.txt', 'precious');
  await assert.rejects(fixture.store.remove(file, never), isConflict);
  assert.deepEqual(fixture.emulator.tree.files(), ['/BACKUPS/x.zip/inside.txt']);
});

test('a file that changes between the look and the removal stays', async () => {
  await using fixture = await openFixture();
  const file = await fixture.store.put('x.zip', bytes, 'absent', never);
  fixture.emulator.faults.onRequest(({ route }) => {
    if (route === 'files/delete_v2') fixture.emulator.tree.put('/BACKUPS/x.zip', 'newer');
  });
  await assert.rejects(fixture.store.remove(file, never), isConflict);
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), true);
});

test('changes that meet the write lock or internal_error are made once', async () => {
  await using fixture = await openFixture();
  const file = await fixture.store.put('incoming/x.zip', bytes, 'absent', never);
  fixture.emulator.faults.add({
    route: 'files/move_v2',
    effect: { kind: 'refusal', error: 'too_many_write_operations' },
  });
  fixture.emulator.faults.add({
    route: 'files/move_v2',
    nth: 2,
    when: 'after',
    effect: { kind: 'refusal', error: 'internal_error' },
  });
  const moved = await fixture.store.move(file, 'x.zip', never);
  fixture.emulator.faults.add({
    route: 'files/delete_v2',
    effect: { kind: 'refusal', error: 'too_many_write_operations' },
  });
  assert.equal(await fixture.store.remove(moved, never), 'removed');
  assert.equal(await fixture.store.remove(moved, never), 'gone');
});

test('a range is brought exactly, whatever breaks on the way', async () => {
  await using fixture = await openFixture();
  const content = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));
  fixture.emulator.tree.put('/BACKUPS/x.zip', content);
  const file = await fileAt(fixture.store, 'x.zip');
  const effects: readonly Effect[] = [
    { kind: 'truncate', bytes: 10, framing: 'chunked' },
    { kind: 'ignoreRange' },
    { kind: 'header', name: 'content-range', value: 'bytes 0-99/1000' },
    { kind: 'status', status: 500 },
  ];
  for (const [n, effect] of effects.entries())
    fixture.emulator.faults.add({ route: 'files/download', nth: n + 1, effect });
  assert.deepEqual(await fixture.store.readRange(file, 100, 100, never), content.subarray(100, 200));
  assert.deepEqual(await fixture.store.readRange(file, 999, 1, never), content.subarray(999));
});

for (const status of [409, 416] as const) {
  test(`an object shorter than its entry says is a mismatch (unsatisfiable ranges as ${status})`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.settings.unsatisfiableRange = status;
    fixture.emulator.tree.put('/BACKUPS/x.zip', 'x'.repeat(1000));
    const file = await fileAt(fixture.store, 'x.zip');
    fixture.emulator.tree.corrupt('/BACKUPS/x.zip', 'x'.repeat(500));
    for (const [offset, length] of [
      [450, 100],
      [600, 100],
      [999, 2],
    ] as const) {
      const range = fixture.store.readRange(file, offset, length, never);
      await assert.rejects(range, { exit: 'mismatch', code: 'ObjectTooShort' });
    }
  });
}

test('space is what the account or the team may use, and nothing where no limit is set', async () => {
  await using fixture = await openFixture();
  fixture.emulator.settings.allocatedBytes = 7 * MIB;
  fixture.emulator.tree.put('/a', Buffer.alloc(MIB));
  assert.deepEqual(await fixture.store.space(never), { used: MIB, allocated: 7 * MIB });
  fixture.emulator.settings.allocatedBytes = 0;
  assert.equal(await fixture.store.space(never), undefined);
});

test('now is the time of the server and not of this machine', async () => {
  await using fixture = await openFixture();
  fixture.emulator.settings.dateSkewMs = -86_400_000;
  assert.equal((await fixture.store.now(never)).toISOString(), '2026-11-22T03:00:00.000Z');
  fixture.clock.advance(3_600_000);
  assert.equal((await fixture.store.now(never)).toISOString(), '2026-11-22T04:00:00.000Z');
});
