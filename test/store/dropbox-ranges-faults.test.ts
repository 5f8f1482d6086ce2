import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unavailable } from '../../src/store/store.ts';
import type { Emulator } from '../dropbox/emulator.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { digestOf, drained, fileAt, MIB, never } from './conformance/fixture.ts';
import { type CountedRoom, countedRoom } from './counted-room.ts';
import { openFixture } from './dropbox-fixture.ts';
import { assertWhole, DOWNLOAD, downloads, type Large, putLarge, RANGES } from './large-file.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const ROOM = 256 * MIB;
const HALF = MIB / 2;

interface Fault {
  readonly effect: Effect;
  /** Of which pieces of 4 MiB, whatever is asked for of them; of all unless given. */
  readonly pieces?: readonly number[];
  /** Of each of them. */
  readonly times?: number;
}

/** Whatever begins within that piece. */
function within(piece: number): RegExp {
  const places = Array.from({ length: 16 }, (_, quarter) => (16 * piece + quarter) * (MIB / 4));
  return new RegExp(`^bytes=(${places.join('|')})-`);
}

function breakPieces(emulator: Emulator, { effect, pieces, times = 1 }: Fault): void {
  if (pieces === undefined) emulator.faults.add({ route: DOWNLOAD, times, effect });
  else for (const piece of pieces) emulator.faults.add({ route: DOWNLOAD, range: within(piece), times, effect });
}

/** What arrives must be the file, and everything given back; resolves to the ranges that were asked for. */
async function survives(fault: Fault, account: { readonly idleMs?: number } = {}): Promise<string[]> {
  await using fixture = await openFixture({ account });
  const large = await putLarge(fixture);
  const room = countedRoom(ROOM);
  breakPieces(fixture.emulator, fault);
  assertWhole(large, await drained(large.store.stream(large.file, never, room)));
  assert.equal(room.held, 0);
  assert.ok(fixture.emulator.faults.hits > 0);
  return fixture.emulator
    .requests()
    .filter(({ route }) => route === DOWNLOAD)
    .map(({ headers }) => String(headers['range'] ?? 'all'));
}

/** Each of these is asked for again, and nothing else is. */
for (const [what, effect] of [
  ['that is refused with a server error', { kind: 'status', status: 503, body: '<html>', contentType: 'text/html' }],
  ['whose connection is cut before its answer', { kind: 'reset', at: 'headers' }],
  ['that the account is too fast for', { kind: 'rateLimit', retryAfter: 3 }],
  ['with another Content-Range than asked for', { kind: 'header', name: 'content-range', value: 'bytes 1-2/3' }],
  ['that something on the way compressed', { kind: 'gzip' }],
] as const) {
  test(`a range ${what} is asked for once more, and the others only once`, async () => {
    const asked = await survives({ effect, pieces: [2] });
    assert.equal(asked.length, RANGES + 1);
    assert.equal(new Set(asked).size, RANGES);
  });
}

/** Ranges that go on half a MiB behind where one begins. */
const goOn = (asked: readonly string[]): number =>
  asked.filter((range) => Number(/^bytes=(\d+)-/.exec(range)?.[1]) % MIB === HALF).length;

test('connections that are cut in the middle of several ranges at once go on at the byte that each has reached', async () => {
  const asked = await survives({
    effect: { kind: 'reset', at: 'responseBody', afterBytes: HALF },
    pieces: [0, 3, 8],
  });
  assert.equal(asked.length, RANGES + 3);
  assert.equal(goOn(asked), 3);
  assert.ok(asked.includes(`bytes=${32 * MIB + HALF}-${36 * MIB - 1}`));
});

test('a range that is cut again and again comes bit by bit', async () => {
  const asked = await survives({
    effect: { kind: 'reset', at: 'responseBody', afterBytes: MIB / 4 },
    pieces: [8],
    times: 3,
  });
  assert.equal(asked.length, RANGES + 3);
});

for (const framing of ['declared', 'chunked'] as const) {
  test(`a range that ends early with a ${framing} length is resumed`, async () => {
    const asked = await survives({ effect: { kind: 'truncate', bytes: 2 * MIB, framing }, pieces: [8, 9] });
    // The last piece is shorter than that.
    assert.equal(asked.length, RANGES + 1);
    assert.ok(asked.includes(`bytes=${34 * MIB}-${36 * MIB - 1}`));
  });
}

test('a range that falls silent is given up and asked for again', async () => {
  const asked = await survives(
    { effect: { kind: 'hang', at: 'body', afterBytes: HALF }, pieces: [2] },
    { idleMs: 300 },
  );
  // Beside others, on a busy machine.
  assert.ok(asked.length > RANGES, asked.join(' '));
});

test('one range that brings the whole file is let go, and what is left comes over one connection', async () => {
  const asked = await survives({ effect: { kind: 'ignoreRange' }, pieces: [2] });
  assert.equal(asked.filter((range) => range === `bytes=${8 * MIB}-`).length, 1);
});

test('a way on which ranges are ignored brings the file once, over one connection', async () => {
  await using fixture = await openFixture();
  const size = 64 * MIB;
  fixture.emulator.tree.put('/CASES/film.mp4', { size });
  const store = fixture.at('/CASES');
  const file = await fileAt(store, 'film.mp4');
  const room = countedRoom(ROOM);
  breakPieces(fixture.emulator, { effect: { kind: 'ignoreRange' }, times: FOREVER });
  const { digest } = await drained(store.stream(file, never, room));
  assert.equal(digest.contentHash, file.contentHash);
  assert.equal(room.held, 0);
  await allClosed(fixture.emulator);
  const bytes = fixture.emulator.stats().routes[DOWNLOAD]?.bytesOut ?? 0;
  assert.ok(bytes < 2 * size, `${bytes} bytes were sent`);
});

for (const status of [409, 416] as const) {
  test(`a range that is always refused with ${status} is read with what comes before it instead`, async () => {
    await using fixture = await openFixture();
    const large = await putLarge(fixture);
    fixture.emulator.faults.add({
      route: DOWNLOAD,
      range: /^bytes=8388608-9437183$/,
      times: FOREVER,
      effect: status === 416 ? { kind: 'status', status: 416 } : { kind: 'refusal', error: 'range/not_satisfiable' },
    });
    const room = countedRoom(ROOM);
    assertWhole(large, await drained(large.store.stream(large.file, never, room)));
    assert.equal(room.held, 0);
  });
}

test('a file of which the service has less than it listed is left out', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  fixture.emulator.faults.add({
    route: DOWNLOAD,
    range: /^bytes=8388608-/,
    times: FOREVER,
    effect: { kind: 'status', status: 416 },
  });
  await assertSkipped(large, 'transfer_failed', 2);
});

/** The pieces before the broken one come, then the file is refused for this reason, and all room is given back. */
async function assertSkipped(large: Large, reason: string, before: number): Promise<void> {
  const room = countedRoom(ROOM);
  const chunks: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of large.store.stream(large.file, never, room)) chunks.push(chunk);
  })();
  await assert.rejects(reading, (error) => error instanceof Unavailable && error.reason === reason);
  assert.ok(Buffer.concat(chunks).equals(large.bytes.subarray(0, 4 * before * MIB)));
  assert.equal(room.held, 0);
}

test('a range that never comes, while other files do, leaves the file out after what comes before it', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  fixture.emulator.tree.put('/CASES/a.txt', 'the content');
  await large.store.load(await fileAt(large.store, 'a.txt'), never);
  breakPieces(fixture.emulator, { effect: { kind: 'status', status: 500 }, pieces: [3], times: FOREVER });
  await assertSkipped(large, 'transfer_failed', 3);
});

test('a range of another revision ends the reading of the file', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const other = { kind: 'header', name: 'dropbox-api-result', value: '{"rev":"0123456789abcdef0"}' } as const;
  breakPieces(fixture.emulator, { effect: other, pieces: [3] });
  await assertSkipped(large, 'changed_during_run', 3);
});

test('a file that changes between two ranges is read in its listed revision', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(4 * MIB);
  const stream = large.store.stream(large.file, never, room);
  const first = await stream.next();
  fixture.emulator.tree.put('/CASES/film.mp4', Buffer.alloc(large.file.size, 7));
  const { chunks, digest } = await drained(stream);
  assertWhole(large, { chunks: [first.value as Buffer, ...chunks], digest });
});

test('a file that goes between two ranges is left out', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  breakPieces(fixture.emulator, { effect: { kind: 'refusal', error: 'path/not_found' }, pieces: [5] });
  await assertSkipped(large, 'deleted_during_run', 5);
});

test('a range with a wrong byte is found by the hash of the whole, and the whole is read again', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(ROOM);
  breakPieces(fixture.emulator, { effect: { kind: 'flip', at: HALF }, pieces: [4] });
  await assert.rejects(drained(large.store.stream(large.file, never, room)), {
    code: 'TransferMismatch',
    exit: 'mismatch',
  });
  assert.equal(room.held, 0);
  assertWhole(large, await drained(large.store.stream(large.file, never, room)));
  assert.equal(downloads(fixture.emulator), 2 * RANGES);
});

/** Lets two pieces come; the others wait at the service until it is over. */
async function readTwo(large: Large, emulator: Emulator, signal: AbortSignal, room: CountedRoom) {
  const asked = Promise.withResolvers<void>();
  emulator.faults.onRequest(() => void (downloads(emulator) >= 8 && asked.resolve()));
  for (const piece of [2, 3, 4, 5, 6, 7, 8, 9]) {
    breakPieces(emulator, { effect: { kind: 'hang', at: 'body', afterBytes: HALF }, pieces: [piece], times: FOREVER });
  }
  const stream = large.store.stream(large.file, signal, room);
  for (const piece of [0, 1]) {
    const { value } = await stream.next();
    assert.ok(value instanceof Buffer && value.equals(large.bytes.subarray(4 * piece * MIB, 4 * (piece + 1) * MIB)));
  }
  await asked.promise;
  return stream;
}

/** The emulator hears of it a moment after us. */
async function allClosed(emulator: Emulator): Promise<void> {
  while ((emulator.stats().routes[DOWNLOAD]?.inFlight ?? 0) > 0) await new Promise((next) => setTimeout(next, 5));
}

test('a slow range holds up only what comes after it', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(ROOM);
  const stream = await readTwo(large, fixture.emulator, never, room);
  await stream.return(digestOf(Buffer.alloc(0)));
});

test('a reader who leaves early closes every range and gives all room back', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(20 * MIB);
  const waiting = await readTwo(large, fixture.emulator, never, countedRoom(ROOM));
  const stream = large.store.stream(large.file, never, room);
  await stream.next();
  assert.equal(room.held, 20 * MIB);
  await Promise.all([stream, waiting].map((left) => left.return(digestOf(Buffer.alloc(0)))));
  assert.equal(room.held, 0);
  await allClosed(fixture.emulator);
});

test('an abort in the middle closes every range, gives all room back, and is the error', {
  timeout: 20_000,
}, async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(ROOM);
  const stop = new AbortController();
  const stream = await readTwo(large, fixture.emulator, stop.signal, room);
  const reason = new Error('SIGTERM');
  setImmediate(() => stop.abort(reason));
  await assert.rejects(stream.next(), (error) => error === reason);
  assert.equal(room.held, 0);
  await allClosed(fixture.emulator);
});

test('a reader who waits for room that never comes is told of the abort', async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const room = countedRoom(4 * MIB);
  await room.take(4 * MIB, never);
  const stop = new AbortController();
  const reason = new Error('SIGTERM');
  const next = large.store.stream(large.file, stop.signal, room).next();
  setImmediate(() => stop.abort(reason));
  await assert.rejects(next, (error) => error === reason);
  assert.equal(room.held, 4 * MIB);
  assert.equal(downloads(fixture.emulator), 0);
});
