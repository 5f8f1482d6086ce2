import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../dropbox/faults.ts';
import { inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { type Fixture, openFixture } from './dropbox-fixture.ts';

const APPEND = 'files/upload_session/append_v2';
const PART = 16 * MIB;
const UPLOAD = { upload: { partBytes: PART, maxConcurrent: 4 } };

interface Append {
  readonly offset: number;
  readonly bytes: number;
  readonly close: boolean;
  readonly status: number;
}

const answered = ({ emulator }: Fixture): Append[] =>
  emulator
    .requests()
    .filter(({ route }) => route === APPEND)
    .map(({ args, bytesIn, status }) => {
      const { cursor, close } = args as { cursor: { offset: number }; close: boolean };
      return { offset: cursor.offset, bytes: bytesIn, close, status };
    });

/** For what has to happen while the upload waits for the test; a test whose time is up tells of what did not. */
async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 10_000) throw new Error('it did not happen within ten seconds');
    await sleep(5);
  }
}

/** Calls of an offset, as they arrive at the emulator. */
function arrivals({ emulator }: Fixture): Set<number> {
  const seen = new Set<number>();
  emulator.faults.onRequest(({ route, args }) => {
    if (route === APPEND) seen.add((args as { cursor: { offset: number } }).cursor.offset);
  });
  return seen;
}

/** Full parts, then one of 8 MiB because nothing else is under way, then the rest. */
async function* grownOddly(fixture: Fixture, bytes: Buffer): AsyncGenerator<Buffer> {
  yield* inChunks(bytes.subarray(0, PART + 1));
  await until(() => answered(fixture).some(({ status }) => status === 200));
  yield bytes.subarray(PART + 1, PART + 9 * MIB);
  await until(() => answered(fixture).some(({ offset, status }) => offset === PART && status === 200));
  yield* inChunks(bytes.subarray(PART + 9 * MIB));
}

test('what has come is sent when nothing else is under way, though not a byte more comes', async () => {
  await using fixture = await openFixture();
  const bytes = pattern(PART + 6 * MIB);
  async function* stalling(): AsyncGenerator<Buffer> {
    yield* inChunks(bytes.subarray(0, PART + 5 * MIB));
    await until(() => answered(fixture).some(({ offset }) => offset === PART));
    yield bytes.subarray(PART + 5 * MIB);
  }
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', stalling(), {}, never);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
});

test('the blocks at the end go beside the parts before them, and only what is less than a block after them', async () => {
  await using fixture = await openFixture();
  const arrived = arrivals(fixture);
  fixture.emulator.faults.onRequest(async ({ route, args }) => {
    const isSecond = route === APPEND && (args as { cursor: { offset: number } }).cursor.offset === PART;
    if (isSecond) await until(() => Math.max(...arrived) > PART);
  });
  const bytes = pattern(2 * PART + 11 * MIB);
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes), {}, never);
  const appends = answered(fixture);
  assert.deepEqual(appends.at(-1), { offset: 2 * PART + 8 * MIB, bytes: 3 * MIB, close: true, status: 200 });
  assert.equal(appends.filter(({ close }) => close).length, 1);
});

test('an archive that ends with a block is closed by an append of nothing', async () => {
  await using fixture = await openFixture();
  const bytes = pattern(PART + 8 * MIB);
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes), {}, never);
  assert.deepEqual(answered(fixture).at(-1), { offset: bytes.length, bytes: 0, close: true, status: 200 });
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
});

test('a part that does not end stops none of the others but the closing one', async () => {
  await using fixture = await openFixture();
  const arrived = arrivals(fixture);
  const bytes = pattern(8 * PART + 5);
  const others = [0, 2, 3, 4, 5, 6, 7].map((part) => part * PART);
  fixture.emulator.faults.onRequest(async ({ route, args }) => {
    const isSecond = route === APPEND && (args as { cursor: { offset: number } }).cursor.offset === PART;
    if (!isSecond) return;
    await until(() => others.every((offset) => [...arrived].some((seen) => seen >= offset)));
    await until(() => answered(fixture).reduce((sum, append) => sum + append.bytes, 0) >= 7 * PART);
    assert.ok(![...arrived].includes(8 * PART));
  });
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes, MIB), {}, never);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
});

for (const [what, rules] of [
  ['whose answer is lost', [{ route: APPEND, nth: 2, when: 'after', effect: { kind: 'reset', at: 'headers' } }]],
  ['that breaks off', [{ route: APPEND, nth: 2, effect: { kind: 'reset', at: 'requestBody', afterBytes: 5 * MIB } }]],
  ['of which only a part is stored', [{ route: APPEND, nth: 2, effect: { kind: 'partialAppend', bytes: 4 * MIB } }]],
  [
    'that is refused and then lost',
    [
      { route: APPEND, nth: 2, effect: { kind: 'rateLimit', retryAfter: 2 } },
      { route: APPEND, nth: 3, when: 'after', effect: { kind: 'status', status: 500 } },
    ],
  ],
] satisfies [string, FaultRule[]][]) {
  test(`a part that went before it was full, ${what}, is sent again as it was`, async () => {
    await using fixture = await openFixture();
    for (const rule of rules) fixture.emulator.faults.add(rule);
    const bytes = pattern(2 * PART + 7 * MIB);
    await fixture.at('/BACKUPS', UPLOAD).write('x.zip', grownOddly(fixture, bytes), {}, never);
    assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
    const odd = answered(fixture).filter(({ offset }) => offset === PART);
    assert.equal(odd.length, rules.length + 1);
    assert.deepEqual(odd.at(-1), { offset: PART, bytes: 8 * MIB, close: false, status: 200 });
  });
}

test('a closing append of nothing whose answer is lost is found to be done', async () => {
  await using fixture = await openFixture();
  fixture.emulator.faults.add({ route: APPEND, nth: 3, when: 'after', effect: { kind: 'reset', at: 'headers' } });
  const bytes = pattern(PART + 4 * MIB);
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes), {}, never);
  assert.equal(fixture.emulator.faults.hits, 1);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
});

test('a session that is lost with a part that went early ends the upload, and the source is closed', async () => {
  await using fixture = await openFixture();
  const lost = { kind: 'refusal', error: 'not_found' } as const;
  fixture.emulator.faults.add({ route: APPEND, nth: 3, times: Number.POSITIVE_INFINITY, effect: lost });
  let isClosed = false;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        yield Buffer.alloc(MIB);
        await sleep(1);
      }
    } finally {
      isClosed = true;
    }
  }
  const write = fixture.at('/BACKUPS', UPLOAD).write('x.zip', source(), {}, never);
  await assert.rejects(write, { exit: 'failed', code: 'UploadSessionLost' });
  await until(() => isClosed);
  assert.deepEqual(fixture.emulator.tree.files(), []);
});

test('parts go beside the first one as soon as there is a session for them', async () => {
  await using fixture = await openFixture();
  const arrived = arrivals(fixture);
  fixture.emulator.faults.onRequest(async ({ route, args }) => {
    const isFirst = route === APPEND && (args as { cursor: { offset: number } }).cursor.offset === 0;
    if (isFirst) await until(() => arrived.has(PART));
  });
  const bytes = pattern(3 * PART);
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes), {}, never);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
});

test('a session that is lost before a part is in it is replaced, and what came to the lost one goes to the new one', async () => {
  await using fixture = await openFixture();
  const starts = () => fixture.emulator.stats().routes['files/upload_session/start']?.requests ?? 0;
  const arrived = arrivals(fixture);
  let isFirst = true;
  fixture.emulator.faults.onRequest(async ({ route, args }) => {
    if (route !== APPEND) return;
    const { offset } = (args as { cursor: { offset: number } }).cursor;
    if (offset === 0 && isFirst) {
      isFirst = false;
      await until(() => arrived.has(PART));
    } else if (offset === PART && starts() === 1) await until(() => starts() === 2);
  });
  fixture.emulator.faults.add({ route: APPEND, effect: { kind: 'refusal', error: 'not_found' } });
  const bytes = pattern(2 * PART + 3 * MIB);
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', inChunks(bytes), {}, never);
  assert.ok((await fixture.emulator.tree.read('/BACKUPS/x.zip')).equals(bytes));
  assert.equal(starts(), 2);
});

test('an upload that is aborted with a part that went early under way rejects with the reason', async () => {
  await using fixture = await openFixture();
  const stop = new AbortController();
  fixture.emulator.faults.onRequest(({ route, args }) => {
    const isOdd = route === APPEND && (args as { cursor: { offset: number } }).cursor.offset === PART;
    if (isOdd) stop.abort(new Error('SIGTERM'));
  });
  const source = grownOddly(fixture, pattern(3 * PART));
  await assert.rejects(fixture.at('/BACKUPS', UPLOAD).write('x.zip', source, {}, stop.signal), /SIGTERM/);
  assert.deepEqual(fixture.emulator.tree.files(), []);
});

test('a store that is slower than the source has four parts in its hands, and asks for no more', async () => {
  await using fixture = await openFixture();
  let asked = 0;
  let most = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (; asked < 200; asked++) yield Buffer.alloc(MIB, asked);
  }
  fixture.emulator.faults.onRequest(async ({ route }) => {
    if (route !== APPEND) return;
    await sleep(30);
    const sent = answered(fixture).reduce((sum, { bytes }) => sum + bytes, 0);
    most = Math.max(most, asked - sent / MIB);
  });
  await fixture.at('/BACKUPS', UPLOAD).write('x.zip', source(), {}, never);
  assert.ok(most <= 4 * 16 + 1, `${most} MiB were asked for and not sent`);
  assert.ok((fixture.emulator.stats().routes[APPEND]?.maxInFlight ?? 0) <= 4);
});
