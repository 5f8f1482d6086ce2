import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { type AccountOptions, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { fileAt, MIB, never } from './conformance/fixture.ts';

interface Counted extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly store: Store & Source;
  connections(): number;
}

/** An account that reaches the emulator through something that counts connections. */
async function openCounted(account: Partial<AccountOptions> = {}): Promise<Counted> {
  const emulator = await startEmulator();
  let count = 0;
  const relay = createServer((client) => {
    count += 1;
    const server = connect(Number(new URL(emulator.origin).port), '127.0.0.1');
    for (const socket of [client, server]) socket.on('error', () => undefined).setNoDelay();
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { appKey, appSecret, refreshToken } = emulator.credentials;
  const opened = openDropboxAccount({
    credentials: { kind: 'refresh', appKey, appSecret, refreshToken },
    clock: systemClock,
    origin: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    maxConcurrentDownloads: 8,
    ...account,
  });
  const upload = { partBytes: 4 * MIB, maxConcurrent: 1 };
  return {
    emulator,
    store: openDropboxStore(opened, { root: '/CASES', namespace: 'Root', upload }),
    connections: () => count,
    async [Symbol.asyncDispose]() {
      await opened.close();
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
