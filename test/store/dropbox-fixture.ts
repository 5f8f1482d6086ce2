import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Clock } from '../../src/host/clock.ts';
import { type AccountOptions, type DropboxAccount, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { type DropboxStoreOptions, openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { FileEntry, Source, Store } from '../../src/store/store.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../dropbox/emulator.ts';
import { MIB, never } from './conformance/fixture.ts';

/** Time that jumps ahead when somebody waits, so that waits of minutes take none and can be counted. */
export interface HurriedClock extends Clock {
  readonly sleeps: readonly number[];
  advance(ms: number): void;
}

export function hurriedClock(start: Date = new Date('2026-11-23T03:00:00Z')): HurriedClock {
  const sleeps: number[] = [];
  let elapsed = 0;
  return {
    sleeps,
    now: () => new Date(start.getTime() + elapsed),
    elapsed: () => elapsed,
    advance(ms) {
      elapsed += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      elapsed += ms;
      await yieldToOthers();
    },
  };
}

export interface Fixture extends AsyncDisposable {
  readonly clock: HurriedClock;
  readonly emulator: Emulator;
  readonly account: DropboxAccount;
  /** Rooted at /BACKUPS, with parts of 4 MiB and three of them at once. */
  readonly store: Store & Source;
  at(root: string, options?: Partial<DropboxStoreOptions>): Store & Source;
}

export interface FixtureOptions {
  readonly emulator?: EmulatorOptions;
  readonly account?: Partial<AccountOptions>;
}

export async function openFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const clock = hurriedClock();
  const emulator = await startEmulator({ clock, ...options.emulator });
  const { appKey, appSecret, refreshToken } = emulator.credentials;
  const account = openDropboxAccount({
    credentials: { kind: 'refresh', appKey, appSecret, refreshToken },
    clock,
    origin: emulator.origin,
    maxConcurrentDownloads: 64,
    ...options.account,
  });
  const at: Fixture['at'] = (root, more) =>
    openDropboxStore(account, {
      root,
      namespace: 'Root',
      upload: { partBytes: 4 * MIB, maxConcurrent: 3 },
      ...more,
    });
  return {
    clock,
    emulator,
    account,
    store: at('/BACKUPS'),
    at,
    async [Symbol.asyncDispose]() {
      await account.close();
      await emulator.close();
    },
  };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export async function contentOf(store: Store, file: FileEntry): Promise<Buffer> {
  return Buffer.concat(await all(store.stream(file, never)));
}
