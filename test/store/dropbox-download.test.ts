import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { Unavailable } from '../../src/store/store.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { fileAt, MIB, never, pattern } from './conformance/fixture.ts';
import { contentOf, openFixture } from './dropbox-fixture.ts';

const BIG = 5 * MIB + 17;
const ROUTE = 'files/download';

/** One file, one fault on its first download (or more): what arrives must be the file. */
async function survives(effects: readonly Effect[], options: { readonly idleMs?: number } = {}): Promise<number> {
  await using fixture = await openFixture({ account: { idleMs: options.idleMs } });
  const bytes = pattern(BIG);
  fixture.emulator.tree.put('/CASES/a.bin', bytes);
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.bin');
  for (const [n, effect] of effects.entries()) fixture.emulator.faults.add({ route: ROUTE, nth: n + 1, effect });
  assert.ok((await contentOf(store, file)).equals(bytes));
  assert.equal(fixture.emulator.faults.hits, effects.length);
  return fixture.emulator.stats().routes[ROUTE]?.requests ?? 0;
}

test('a body that ends early with a length is resumed', async () => {
  assert.equal(await survives([{ kind: 'truncate', bytes: 3 * MIB, framing: 'declared' }]), 2);
});

test('a body that ends early without a length is noticed and resumed', async () => {
  assert.equal(await survives([{ kind: 'truncate', bytes: 3 * MIB, framing: 'chunked' }]), 2);
});

test('a connection that breaks several times is resumed each time at the byte reached', async () => {
  const cut = { kind: 'reset', at: 'responseBody', afterBytes: MIB } as const;
  assert.equal(await survives([cut, cut, cut]), 4);
});

test('a connection that falls silent is given up and resumed', async () => {
  await survives([{ kind: 'hang', at: 'body', afterBytes: MIB }], { idleMs: 200 });
  await survives([{ kind: 'hang', at: 'headers' }], { idleMs: 200 });
});

test('a whole file in answer to a range is not taken for the range', async () => {
  await survives([{ kind: 'truncate', bytes: 3 * MIB, framing: 'declared' }, { kind: 'ignoreRange' }]);
});

test('a range with another Content-Range than asked for is asked for again', async () => {
  await survives([
    { kind: 'truncate', bytes: 3 * MIB, framing: 'declared' },
    { kind: 'header', name: 'content-range', value: 'bytes 1-2/3' },
  ]);
});

test('a body that something on the way compressed is asked for again', async () => {
  await survives([{ kind: 'gzip' }]);
});

test('an answer without Dropbox-API-Result is accepted, because the content is checked', async () => {
  await survives([{ kind: 'header', name: 'dropbox-api-result', value: undefined }]);
});

test('a server error and a refused connection before the first byte are repeated', async () => {
  await survives([
    { kind: 'status', status: 503, body: '<html>', contentType: 'text/html' },
    { kind: 'reset', at: 'headers' },
  ]);
});

test('a wrong byte in a small file is found by its hash and healed by another transfer', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'the content');
  const store = fixture.at('/CASES');
  fixture.emulator.faults.add({ route: ROUTE, times: 2, effect: { kind: 'flip', at: 4 } });
  const { bytes, digest } = await store.load(await fileAt(store, 'a.txt'), never);
  assert.equal(bytes.toString(), 'the content');
  assert.equal(digest.size, 11);
  assert.equal(fixture.emulator.stats().routes[ROUTE]?.requests, 3);
});

/** Streamed once, and loaded twice: in ranges of a MiB, or in one. */
for (const [size, requests] of [
  [11, 3],
  [3 * MIB, 7],
] as const) {
  test(`a wrong byte in a file of ${size} bytes that was listed without a hash is found by the download's own`, async () => {
    await using fixture = await openFixture();
    const bytes = pattern(size);
    fixture.emulator.tree.put('/CASES/a.bin', bytes);
    const store = fixture.at('/CASES');
    const { contentHash: _, ...file } = await fileAt(store, 'a.bin');
    fixture.emulator.faults.add({ route: ROUTE, times: 2, effect: { kind: 'flip', at: 4 } });
    await assert.rejects(contentOf(store, file), { code: 'TransferMismatch', exit: 'mismatch' });
    assert.ok((await store.load(file, never)).bytes.equals(bytes));
    assert.equal(fixture.emulator.stats().routes[ROUTE]?.requests, requests);
  });
}

test('a file of which Dropbox says no hash at all is read by its size', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'the content', { flags: { missingContentHash: true } });
  const store = fixture.at('/CASES');
  fixture.emulator.faults.add({ route: ROUTE, effect: { kind: 'truncate', bytes: 4, framing: 'chunked' } });
  const { bytes } = await store.load(await fileAt(store, 'a.txt'), never);
  assert.equal(bytes.toString(), 'the content');
});

test('wrong bytes three times in a row are an error', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'the content');
  const store = fixture.at('/CASES');
  fixture.emulator.faults.add({ route: ROUTE, times: 9, effect: { kind: 'flip', at: 4 } });
  const file = await fileAt(store, 'a.txt');
  const isMismatch = (error: unknown): boolean => error instanceof Failure && error.code === 'TransferMismatch';
  await assert.rejects(store.load(file, never), isMismatch);
  assert.equal(fixture.emulator.stats().routes[ROUTE]?.requests, 3);
});

test('a stream with a wrong byte throws after its chunks, so that the caller can begin the entry again', async () => {
  await using fixture = await openFixture();
  const bytes = pattern(BIG);
  fixture.emulator.tree.put('/CASES/a.bin', bytes);
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.bin');
  fixture.emulator.faults.add({ route: ROUTE, effect: { kind: 'flip', at: 2 * MIB } });
  await assert.rejects(contentOf(store, file), { code: 'TransferMismatch', exit: 'mismatch' });
  assert.ok((await contentOf(store, file)).equals(bytes));
});

test('a file that changes after it was listed is read in its listed revision', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'as listed');
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.txt');
  for (let n = 0; n < 3; n++) {
    fixture.emulator.tree.put('/CASES/a.txt', `changed ${n}`);
    assert.equal((await store.load(file, never)).bytes.toString(), 'as listed');
  }
});

test('a file that moves after it was listed is still read', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'here');
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.txt');
  fixture.emulator.tree.move('/CASES/a.txt', '/CASES/B/b.txt');
  assert.equal((await store.load(file, never)).bytes.toString(), 'here');
});

for (const [error, reason] of [
  ['path/not_found', 'deleted_during_run'],
  ['path/restricted_content', 'restricted_content'],
  ['path/locked', 'locked'],
  ['unsupported_file', 'not_downloadable'],
] as const) {
  test(`a download that is refused with ${error} is asked for once and skipped as ${reason}`, async () => {
    await using fixture = await openFixture();
    fixture.emulator.tree.put('/CASES/a.txt', 'x');
    const store = fixture.at('/CASES');
    const file = await fileAt(store, 'a.txt');
    fixture.emulator.faults.add({ route: ROUTE, times: 9, effect: { kind: 'refusal', error } });
    const isSkipped = (thrown: unknown): boolean => thrown instanceof Unavailable && thrown.reason === reason;
    await assert.rejects(contentOf(store, file), isSkipped);
    assert.equal(fixture.emulator.faults.hits, 1);
  });
}

test('leaving a stream early closes its connection', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.bin', { size: 64 * MIB });
  const store = fixture.at('/CASES');
  for await (const chunk of store.stream(await fileAt(store, 'a.bin'), never)) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.equal((await fileAt(store, 'a.bin')).size, 64 * MIB);
  await fixture.account.close();
  const sent = fixture.emulator.stats().routes[ROUTE]?.bytesOut ?? 0;
  assert.ok(sent < 64 * MIB, `${sent} bytes were sent`);
});

test('an aborted download rejects with the reason of the abort', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.bin', pattern(MIB));
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'a.bin');
  const stop = new AbortController();
  fixture.emulator.faults.add({ route: ROUTE, effect: { kind: 'hang', at: 'headers' } });
  fixture.emulator.faults.onRequest(() => {
    setImmediate(() => stop.abort(new Error('SIGTERM')));
  });
  await assert.rejects(store.load(file, stop.signal), /SIGTERM/);
});
