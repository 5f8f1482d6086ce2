import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { FileEntry } from '../../src/store/store.ts';
import type { FaultRule } from '../dropbox/faults.ts';
import { inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { type Fixture, openFixture } from './dropbox-fixture.ts';

const APPEND = 'files/upload_session/append_v2';
const FINISH = 'files/upload_session/finish';
const THREE_PARTS = 9 * MIB + 5;

async function uploads(fixture: Fixture, rules: readonly FaultRule[], size = THREE_PARTS): Promise<FileEntry> {
  const bytes = pattern(size);
  for (const rule of rules) fixture.emulator.faults.add(rule);
  const stored = await fixture.store.write('x.zip', inChunks(bytes), {}, never);
  assert.equal(stored.size, size);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
  assert.deepEqual(fixture.emulator.tree.files(), ['/BACKUPS/x.zip']);
  return stored;
}

const requestsOf = (fixture: Fixture, route: string): number => fixture.emulator.stats().routes[route]?.requests ?? 0;

for (const [what, rules] of [
  [
    'appends whose answers are lost',
    [{ route: APPEND, times: 3, when: 'after', effect: { kind: 'reset', at: 'headers' } }],
  ],
  [
    'the closing append whose answer is lost',
    [{ route: APPEND, nth: 3, when: 'after', effect: { kind: 'reset', at: 'headers' } }],
  ],
  [
    'an append that breaks within its body',
    [{ route: APPEND, nth: 2, effect: { kind: 'reset', at: 'requestBody', afterBytes: MIB } }],
  ],
  [
    'an append of which only a part is stored',
    [{ route: APPEND, nth: 2, effect: { kind: 'partialAppend', bytes: MIB } }],
  ],
  [
    'an append whose bytes were changed on the way',
    [{ route: APPEND, nth: 2, effect: { kind: 'refusal', error: 'content_hash_mismatch' } }],
  ],
  [
    'a start whose answer is lost',
    [{ route: 'files/upload_session/start', when: 'after', effect: { kind: 'reset', at: 'headers' } }],
  ],
  [
    'a start and appends that meet the rate limit',
    [
      { route: 'files/upload_session/start', effect: { kind: 'rateLimit', retryAfter: 2 } },
      { route: APPEND, nth: 2, effect: { kind: 'rateLimit', retryAfter: 300, format: 'text' } },
    ],
  ],
  [
    'a finish that meets the write lock',
    [
      { route: FINISH, times: 3, effect: { kind: 'rateLimit', reason: 'too_many_write_operations', retryAfter: 1 } },
      { route: FINISH, nth: 4, effect: { kind: 'refusal', error: 'path/too_many_write_operations' } },
    ],
  ],
  [
    'a finish that commits and answers 500',
    [{ route: FINISH, when: 'after', effect: { kind: 'status', status: 500 } }],
  ],
  [
    'a finish that commits and answers internal_error',
    [{ route: FINISH, when: 'after', effect: { kind: 'refusal', error: 'internal_error' } }],
  ],
  [
    'a finish whose answer is lost while the file stays invisible',
    [
      { route: FINISH, when: 'after', effect: { kind: 'reset', at: 'headers' } },
      { route: FINISH, effect: { kind: 'invisible', ms: 8_000 } },
    ],
  ],
  [
    'a finish that fails before it commits',
    [{ route: FINISH, effect: { kind: 'status', status: 502, body: '<html>' } }],
  ],
] satisfies [string, FaultRule[]][]) {
  test(`an upload survives ${what}, and leaves one whole file`, async () => {
    await using fixture = await openFixture();
    await uploads(fixture, rules);
    assert.ok(fixture.emulator.faults.hits >= rules.length);
  });
}

test('a finish that was repeated after its first success finds its own file, whatever the second answer', async () => {
  await using fixture = await openFixture();
  fixture.emulator.settings.repeatedFinish = 'not_found';
  await uploads(fixture, [
    { route: FINISH, when: 'after', effect: { kind: 'status', status: 503 } },
    { route: FINISH, effect: { kind: 'invisible', ms: 3_000 } },
  ]);
});

test('a finish whose commit is visible is adopted without a second finish', async () => {
  await using fixture = await openFixture();
  await uploads(fixture, [{ route: FINISH, when: 'after', effect: { kind: 'status', status: 500 } }]);
  assert.equal(requestsOf(fixture, FINISH), 1);
});

test('a session that is lost before it holds anything is replaced', async () => {
  await using fixture = await openFixture();
  await uploads(fixture, [{ route: APPEND, effect: { kind: 'refusal', error: 'not_found' } }]);
  assert.equal(requestsOf(fixture, 'files/upload_session/start'), 2);
});

test('a session that is lost midway fails, because a stream can not be sent again', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: APPEND, nth: 3, effect: { kind: 'refusal', error: 'not_found' } });
  const write = fixture.store.write('x.zip', inChunks(pattern(THREE_PARTS)), {}, never);
  await assert.rejects(write, { exit: 'failed', code: 'UploadSessionLost' });
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), false);
});

test('a full account ends the run as noSpace and leaves nothing', async () => {
  await using fixture = await openFixture();
  fixture.emulator.settings.allocatedBytes = 8 * MIB;
  for (const size of [THREE_PARTS, 9 * MIB]) {
    const write = fixture.store.write('x.zip', inChunks(pattern(size)), {}, never);
    await assert.rejects(write, { exit: 'noSpace', code: 'NoSpace' });
  }
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), false);
});

for (const size of [MIB, THREE_PARTS]) {
  test(`stored bytes that differ from the ${size} sent are a mismatch`, async () => {
    await using fixture = await openFixture();
    const route = size > 4 * MIB ? FINISH : 'files/upload';
    fixture.emulator.faults.add({ route, effect: { kind: 'corruptCommit' } });
    const write = fixture.store.write('x.zip', inChunks(pattern(size)), {}, never);
    await assert.rejects(write, { exit: 'mismatch', code: 'StoredDiffers' });
  });
}

test('an expired access token in the middle of an upload is renewed', async () => {
  await using fixture = await openFixture();
  let appends = 0;
  fixture.emulator.faults.onRequest(({ route }) => {
    if (route === APPEND && ++appends === 2) fixture.emulator.oauth.expireAccessTokens();
  });
  await uploads(fixture, []);
  assert.equal(fixture.emulator.stats().refreshes, 2);
});

test('as many parts are in flight as asked for, and never more', async () => {
  await using fixture = await openFixture({ emulator: { latencyMs: 30, clock: systemClock } });
  const store = fixture.at('/BACKUPS', { upload: { partBytes: 4 * MIB, maxConcurrent: 4 } });
  await store.write('x.zip', inChunks(Buffer.alloc(48 * MIB), MIB), {}, never);
  assert.equal(fixture.emulator.stats().routes[APPEND]?.maxInFlight, 4);
  // The last of them ends with the file, and an append of nothing closes it.
  assert.equal(requestsOf(fixture, APPEND), 13);
});

test('an upload that fails closes its source and reports the first error', async () => {
  await using fixture = await openFixture();
  let isClosed = false;
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(MIB);
    } finally {
      isClosed = true;
    }
  }
  fixture.emulator.faults.add({ route: APPEND, nth: 3, effect: { kind: 'transportLimit' } });
  await assert.rejects(fixture.store.write('x.zip', endless(), {}, never), {
    exit: 'credentials',
    code: 'DataTransportLimit',
  });
  assert.equal(isClosed, true);
});

test('a source that fails ends the upload with its error and leaves nothing', async () => {
  await using fixture = await openFixture();
  async function* broken(): AsyncGenerator<Buffer> {
    yield pattern(THREE_PARTS);
    throw new Error('the archive broke');
  }
  await assert.rejects(fixture.store.write('x.zip', broken(), {}, never), /the archive broke/);
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), false);
  assert.equal(requestsOf(fixture, FINISH), 0);
});

test('an aborted upload rejects with the reason and leaves nothing', async () => {
  await using fixture = await openFixture();
  const stop = new AbortController();
  let appends = 0;
  fixture.emulator.faults.onRequest(({ route }) => {
    if (route === APPEND && ++appends === 3) stop.abort(new Error('SIGTERM'));
  });
  await assert.rejects(fixture.store.write('x.zip', inChunks(pattern(THREE_PARTS)), {}, stop.signal), /SIGTERM/);
  assert.equal(fixture.emulator.tree.exists('/BACKUPS/x.zip'), false);
});

test('an append and a finish that fall silent are given up and settled', async () => {
  await using fixture = await openFixture({ account: { idleMs: 100 } });
  await uploads(fixture, [
    { route: APPEND, nth: 2, effect: { kind: 'hang', at: 'headers' } },
    { route: FINISH, when: 'after', effect: { kind: 'hang', at: 'headers' } },
  ]);
  assert.equal(requestsOf(fixture, FINISH), 1);
});
