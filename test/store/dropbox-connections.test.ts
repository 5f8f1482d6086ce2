import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { type AccountOptions, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { until } from '../cluster/until.ts';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { fileAt, MIB, never } from './conformance/fixture.ts';

/** What a night asks for at once before it lists. */
const FIRST = 7;

interface Counted extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly store: Store & Source;
  /** Those over which something was asked. */
  connections(): number;
  /** All that are open, or were. */
  opened(): number;
  closed(): number;
  /** From now on. */
  accept(): void;
}

/** An account that reaches the emulator through something that counts connections, or says these words and closes them. */
async function openCounted(change: Partial<AccountOptions> = {}, words?: string): Promise<Counted> {
  const emulator = await startEmulator();
  let opened = 0;
  let used = 0;
  let closed = 0;
  let isRefusing = words !== undefined;
  const relay = createServer((client) => {
    opened += 1;
    client.on('close', () => {
      closed += 1;
    });
    if (isRefusing) {
      client.on('error', () => undefined).resume();
      client.end(words ?? '');
      return;
    }
    client.once('data', () => {
      used += 1;
    });
    const server = connect(Number(new URL(emulator.origin).port), '127.0.0.1');
    for (const socket of [client, server]) socket.on('error', () => undefined).setNoDelay();
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { appKey, appSecret, refreshToken } = emulator.credentials;
  const account = openDropboxAccount({
    credentials: { kind: 'refresh', appKey, appSecret, refreshToken },
    clock: systemClock,
    origin: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    maxConcurrentDownloads: 8,
    ...change,
  });
  const upload = { partBytes: 4 * MIB, maxConcurrent: 1 };
  return {
    emulator,
    store: openDropboxStore(account, { root: '/CASES', namespace: 'Root', upload }),
    connections: () => used,
    opened: () => opened,
    closed: () => closed,
    accept() {
      isRefusing = false;
    },
    async [Symbol.asyncDispose]() {
      await account.close();
      relay.close();
      await emulator.close();
    },
  };
}

test('calls one after the other go over one connection', async () => {
  await using counted = await openCounted();
  counted.emulator.tree.put('/CASES/a.txt', 'x');
  for (let n = 0; n < 20; n++) await counted.store.load(await fileAt(counted.store, 'a.txt'), never);
  assert.equal(counted.connections(), 1);
});

test('downloads and ranges go over as many connections as there are places', async () => {
  await using counted = await openCounted({ maxConcurrentDownloads: 8 });
  counted.emulator.tree.put('/CASES/a.bin', { size: 100_000, seed: 1 });
  const file = await fileAt(counted.store, 'a.bin');
  await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      n % 2 === 0 ? counted.store.load(file, never) : counted.store.readRange(file, 100 * n, 1000, never),
    ),
  );
  assert.ok(counted.connections() <= 8, `${counted.connections()} connections`);
});

test('a refused call leaves its connection to the next', async () => {
  await using counted = await openCounted();
  for (let n = 0; n < 20; n++) assert.equal(await counted.store.stat(`${n}.txt`, never), undefined);
  assert.equal(counted.connections(), 1);
});

test('a store opens the connections of its first calls before it is asked for anything, and asks nothing itself', async () => {
  await using counted = await openCounted();
  await until('the connections', () => counted.opened() === FIRST);
  assert.equal(counted.connections(), 0);
  await Promise.all(Array.from({ length: FIRST }, (_, n) => counted.store.stat(`${n}.txt`, never)));
  assert.deepEqual([counted.opened(), counted.connections()], [FIRST, FIRST]);
});

test('reads that are expected find as many connections as there are places, and open no other', async () => {
  await using counted = await openCounted({ maxConcurrentDownloads: 8 });
  counted.emulator.tree.put('/CASES/a.bin', { size: 100_000, seed: 1 });
  const file = await fileAt(counted.store, 'a.bin');
  counted.store.line?.expectReads?.(1000);
  await until('the connections', () => counted.opened() === 8);
  await Promise.all(Array.from({ length: 40 }, () => counted.store.load(file, never)));
  assert.deepEqual([counted.opened(), counted.connections()], [8, 8]);
});

for (const words of ['', 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n'])
  test(`connections that the other end closes ${words ? 'with a word ' : ''}before they are used cost no call`, async () => {
    const outcomes: unknown[] = [];
    const events = { request: (_: string, outcome: unknown) => void outcomes.push(outcome) };
    await using counted = await openCounted({ events }, words);
    await until('the first connections', () => counted.opened() === FIRST && counted.closed() === FIRST);
    counted.accept();
    assert.equal(await counted.store.stat('a.txt', never), undefined);
    // Token, account, look.
    assert.deepEqual(outcomes, [200, 200, 409]);
  });

test('a store that is closed leaves no connection, whatever was opened ahead', async () => {
  const counted = await openCounted();
  await until('the first connections', () => counted.opened() === FIRST);
  await counted[Symbol.asyncDispose]();
  await until('their ends', () => counted.closed() === FIRST);
});
