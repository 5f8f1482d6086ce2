import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { Failure } from '../../src/host/errors.ts';
import { processIdentity } from '../../src/host/process-identity.ts';
import { createWaits } from '../../src/host/waits.ts';
import { acquireLease, type Lease, type LeaseOptions } from '../../src/repository/lease/lease.ts';
import type { Attempt } from '../../src/repository/lease/retry.ts';
import { LEASE_FILE, OWN_FOLDERS } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import type { Store } from '../../src/store/store.ts';

const never = new AbortController().signal;
const ignore = (): void => undefined;
const silent = { info: ignore, warn: ignore, error: ignore, debug: ignore };

interface Place extends AsyncDisposable {
  readonly store: Store;
  acquire(runId: string, change?: Partial<LeaseOptions>): Promise<Lease>;
  content(): Promise<Record<string, unknown>>;
  /** Puts another holder's lease there. */
  hold(change: object): Promise<void>;
  /** As a run does that takes over, whatever stands there. */
  take(runId: string): Promise<void>;
}

const UID = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01';
const attemptOf = (slot: string): Attempt => ({ slot, policy: 'nightly', source: '/CASES' });

async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-lease-'));
  const store = openDirectoryStore(folder, { clock: systemClock, ownFolders: OWN_FOLDERS });
  const over = new AbortController();
  const file = join(folder, LEASE_FILE);
  const place: Place = {
    store,
    acquire: (runId, change = {}) =>
      acquireLease(store, {
        runId,
        attempt: attemptOf(runId),
        clock: systemClock,
        signal: over.signal,
        onLost: () => undefined,
        ...change,
      }),
    content: async () => JSON.parse(await readFile(file, 'utf8')),
    async hold(change) {
      if ((await store.stat(LEASE_FILE, never)) === undefined) await place.acquire('other');
      await writeFile(file, JSON.stringify({ ...(await place.content()), process: 'unknown', ...change }));
    },
    async take(runId) {
      await place.hold({ ttlSeconds: 0 });
      await place.acquire(runId);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await rm(folder, { recursive: true });
    },
  };
  return place;
}

/** Sleeps end when the test says so; time passes by what they asked for. */
function steppedClock(): Clock & { sleeping(): Promise<void>; step(): Promise<void> } {
  let elapsed = 0;
  let wake: (() => void) | undefined;
  return {
    now: () => new Date(elapsed),
    elapsed: () => elapsed,
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      wake = () => {
        elapsed += ms;
        resolve();
      };
      return promise;
    },
    async sleeping() {
      while (!wake) await nextTurn();
    },
    async step() {
      await this.sleeping();
      const next = wake;
      wake = undefined;
      next?.();
    },
  };
}

test('of two runs one has the lease, and the other ends saying whose it is and until when', async () => {
  await using place = await openPlace();
  await place.acquire('first');
  await assert.rejects(place.acquire('second'), (error: Failure) => {
    assert.deepEqual([error.exit, error.code], ['leaseHeld', 'LeaseHeld']);
    assert.match(error.message, /run first holds the lease of .* until \d{4}-/);
    return true;
  });
});

test('of many runs that start together exactly one gets the lease', async () => {
  await using place = await openPlace();
  const runs = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => place.acquire(`run ${n}`)));
  assert.equal(runs.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const run of runs) if (run.status === 'rejected') assert.equal((run.reason as Failure).exit, 'leaseHeld');
});

test('a lease that was given back is taken at once, with the next fencing number', async () => {
  await using place = await openPlace();
  const first = await place.acquire('first');
  await first.release(never);
  assert.equal((await place.content())['ttlSeconds'], 0);
  assert.deepEqual([first.fence, (await place.acquire('second')).fence], [1, 2]);
});

const BEFORE = { ...attemptOf(UID), process: 'unknown' };

test('a retry takes over the lease of the try before it, of the very same Job', async () => {
  await using place = await openPlace();
  await place.hold(BEFORE);
  assert.equal((await place.acquire('retry', { attempt: attemptOf(UID) })).fence, 2);
});

const NO_RETRIES: Readonly<Record<string, [held: object, attempt: Attempt]>> = {
  'a run of another Job': [BEFORE, attemptOf(UID.replace(/1$/, '2'))],
  'a run of a Job that has the same name': [{ ...BEFORE, slot: 'nightly-1' }, attemptOf('nightly-1')],
  'a run of another policy': [BEFORE, { ...attemptOf(UID), policy: 'weekly' }],
  'a run of another source': [BEFORE, { ...attemptOf(UID), source: '/OTHER' }],
  'a second run for the Job while the first one lives': [{ ...BEFORE, process: processIdentity() }, attemptOf(UID)],
};

for (const [what, [held, attempt]] of Object.entries(NO_RETRIES)) {
  test(`${what} waits for the holder of the lease`, async () => {
    await using place = await openPlace();
    await place.hold(held);
    await assert.rejects(place.acquire('second', { attempt }), { code: 'LeaseHeld' });
    assert.equal((await place.content())['runId'], 'other');
  });
}

test('a lease is taken over from a run that is past its time or dead', async () => {
  const past = { ttlSeconds: 1 };
  const dead = { process: processIdentity().replace(/\.\d+$/, '.1') };
  await using other = await openPlace();
  await other.hold(dead);
  assert.equal((await other.acquire('second')).fence, 2);
  await using place = await openPlace();
  await place.hold(past);
  const later = { ...place.store, now: async () => new Date(Date.now() + 2000) };
  const lease = await acquireLease(later, {
    runId: 'x',
    attempt: attemptOf('x'),
    clock: systemClock,
    signal: never,
    onLost: () => undefined,
  });
  assert.equal(lease.fence, 2);
  await lease.release(never);
});

test('whether a lease is past its time, the store’s clock decides and not ours', async () => {
  await using place = await openPlace();
  await place.hold({ ttlSeconds: 60 });
  const ahead: Clock = { ...systemClock, now: () => new Date(Date.now() + 86_400_000) };
  await assert.rejects(place.acquire('second', { clock: ahead }), { code: 'LeaseHeld' });
});

/** Sleeps end at once, and time passes by what they asked for. */
function leapingClock(onSleep: () => unknown = () => undefined): Clock {
  let elapsed = 0;
  return {
    now: () => new Date(elapsed),
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      elapsed += ms;
      await onSleep();
      await nextTurn();
    },
  };
}

const HOUR_MS = 3_600_000;
const DOUBTFUL: Readonly<Record<string, [held: object, storeIsBehindMs: number]>> = {
  'stamped an hour ahead': [{}, HOUR_MS],
  'stamped years ahead': [{}, 20_000 * HOUR_MS],
  'that is to hold for a day': [{ ttlSeconds: 86_400 }, 0],
  'that is to hold for ever': [{ ttlSeconds: 1e300 }, 0],
  'of a duration that no date can hold': [{ ttlSeconds: Number.MAX_SAFE_INTEGER }, 0],
};

for (const [what, [held, behindMs]] of Object.entries(DOUBTFUL)) {
  const behind = (store: Store): Store => ({
    ...store,
    now: async (signal) => new Date((await store.now(signal)).getTime() - behindMs),
  });

  test(`a lease ${what} is taken over once it was not renewed for as long as ours holds`, async () => {
    await using place = await openPlace();
    await place.hold(held);
    const clock = leapingClock();
    const options = { runId: 'second', attempt: attemptOf('second'), onLost: () => undefined };
    const waits = createWaits(silent, clock);
    const seen = new Set<string>();
    const telling: Store = {
      ...behind(place.store),
      async stat(path, signal) {
        if (clock.elapsed() > 0) seen.add(JSON.stringify(waits.current));
        // As a store does that tells its own waits.
        waits.goesOn();
        return await place.store.stat(path, signal);
      },
    };
    const lease = await acquireLease(telling, { ...options, clock, waits, signal: never });
    const shown = {
      for: `whether run other still renews the lease of ${place.store.locate('')}`,
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:03:00.000Z',
    };
    assert.deepEqual([[...seen], waits.current], [[JSON.stringify(shown)], undefined]);
    assert.ok(clock.elapsed() >= 180_000);
    assert.deepEqual([lease.fence, (await place.content())['runId']], [2, 'second']);
    await lease.release(never);
  });

  test(`a lease ${what} stays its holder’s when that one renews it`, async () => {
    await using place = await openPlace();
    await place.hold(held);
    const clock = leapingClock(() => clock.elapsed() === 45_000 && place.hold({ ...held, renewals: 1 }));
    const options = { runId: 'second', attempt: attemptOf('second'), onLost: () => undefined, signal: never };
    await assert.rejects(acquireLease(behind(place.store), { ...options, clock }), {
      code: 'LeaseHeld',
      message: /run other holds the lease of .* and renews it/,
    });
    assert.equal((await place.content())['runId'], 'other');
  });
}

test('a holder whose lease file was only touched, or whose swap was not answered, still has it', async () => {
  await using place = await openPlace();
  let isAnswered = true;
  const mute: Store = {
    ...place.store,
    async put(...args) {
      const file = await place.store.put(...args);
      if (!isAnswered) throw new Failure('RemoteUnavailable', 'the answer was lost');
      return file;
    },
  };
  const options = { runId: 'a', attempt: attemptOf('a'), clock: steppedClock(), onLost: () => undefined };
  const lease = await acquireLease(mute, { ...options, signal: never });
  isAnswered = false;
  await assert.rejects(lease.confirm(never), { code: 'RemoteUnavailable' });
  isAnswered = true;
  await lease.confirm(never);
  await place.hold({ process: processIdentity() });
  await lease.release(never);
  assert.equal((await place.content())['ttlSeconds'], 0);
});

test('a lease file that can’t be read is taken over; a folder in its place is a matter of configuration', async () => {
  await using place = await openPlace();
  await place.hold({ fence: 'seven' });
  assert.equal((await place.acquire('second')).fence, 1);
  await using other = await openPlace();
  await other.store.put(`${LEASE_FILE}/inside`, Buffer.from('x'), 'absent', never);
  await assert.rejects(other.acquire('first'), { exit: 'configuration', code: 'LeaseUnreadable' });
});

test('a holder whose lease was taken learns of it before it commits, and can’t take it back', async () => {
  await using place = await openPlace();
  const frozen = await place.acquire('frozen');
  await frozen.confirm(never);
  await place.take('second');
  for (let attempt = 0; attempt < 2; attempt++)
    await assert.rejects(frozen.confirm(never), { exit: 'leaseHeld', code: 'LeaseLost' });
  await assert.rejects(frozen.release(never), { code: 'LeaseLost' });
  assert.equal((await place.content())['runId'], 'second');
});

test('a holder renews its lease in the background and tells when somebody else has it', async () => {
  await using place = await openPlace();
  const clock = steppedClock();
  const lost = Promise.withResolvers<Failure>();
  await place.acquire('first', { clock, onLost: lost.resolve });
  await clock.step();
  // A renewal can be read before it has ended, and what is written within it is what it was lost to.
  await clock.sleeping();
  assert.equal((await place.content())['renewals'], 1);
  await place.take('second');
  await clock.step();
  assert.equal((await lost.promise).code, 'LeaseLost');
});

test('a store that fails is no loss before the lease would have run out', async () => {
  await using place = await openPlace();
  const clock = steppedClock();
  const lost: Failure[] = [];
  let failures = 0;
  let isDown = false;
  const shaky: Store = {
    ...place.store,
    async put(...args) {
      if (!isDown) return place.store.put(...args);
      failures += 1;
      throw new Failure('RemoteUnavailable', 'the store is down');
    },
  };
  const options = {
    runId: 'a',
    attempt: attemptOf('a'),
    clock,
    signal: never,
    onLost: (failure: Failure) => void lost.push(failure),
  };
  const lease = await acquireLease(shaky, options);
  isDown = true;
  for (let round = 1; round <= 3; round++) {
    await clock.step();
    while (failures < round) await nextTurn();
  }
  assert.equal(lost.length, 0);
  isDown = false;
  await clock.step();
  await clock.sleeping();
  assert.equal((await place.content())['renewals'], 4);
  isDown = true;
  failures = 0;
  for (let round = 1; round <= 4; round++) {
    await clock.step();
    while (failures < round) await nextTurn();
  }
  while (lost.length === 0) await nextTurn();
  assert.equal(lost[0]?.code, 'RemoteUnavailable');
  isDown = false;
  await lease.release(never);
});
