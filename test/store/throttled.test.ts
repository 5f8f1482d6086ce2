import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { createThrottle, type Throttle } from '../../src/host/throttle.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { digestOf, drained, fileAt, inChunks, MIB, never, pattern } from './conformance/fixture.ts';
import { openFixture } from './dropbox-fixture.ts';
import { hurriedClock } from './hurried-clock.ts';

/** Lets everything through and counts it. */
function countingThrottle(): Throttle & { taken: number } {
  const throttle = {
    taken: 0,
    turnBytes: MIB,
    take(bytes: number) {
      throttle.taken += bytes;
      return undefined;
    },
  };
  return throttle;
}

describe('A throttled folder', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'case-backup-throttled-'));
  });
  after(() => rm(folder, { recursive: true }));

  const throttledStore = (clock: Clock) => openDirectoryStore(folder, { clock, throttle: createThrottle(MIB, clock) });

  it('takes a second for each MiB that is written and read at 1 MiB/s, whatever the call', async () => {
    const clock = hurriedClock();
    const store = throttledStore(clock);
    let since = 0;
    const assertTook = (seconds: number): void => {
      const took = clock.elapsed() - since;
      since = clock.elapsed();
      assert.ok(took > 1_000 * seconds - 1 && took < 1_000 * seconds + 50, `${took} ms instead of ${seconds} s`);
    };
    const file = await store.write('file.bin', inChunks(pattern(3 * MIB)), {}, never);
    assertTook(3);
    await store.put('state.json', pattern(MIB), 'absent', never);
    assertTook(1);
    assert.ok((await store.load(file, never)).bytes.equals(pattern(3 * MIB)));
    assertTook(3);
    await drained(store.stream(file, never));
    assertTook(3);
    assert.ok((await store.readRange(file, 100, 2 * MIB, never)).equals(pattern(3 * MIB).subarray(100, 100 + 2 * MIB)));
    assertTook(2);
  });

  it('passes on what has come, chunk by chunk, and stops waiting when the signal aborts', async () => {
    const store = throttledStore(systemClock);
    const file = await fileAt(store, 'file.bin');
    const stop = new AbortController();
    const reason = new Error('SIGTERM');
    const calls = [
      store.load(file, stop.signal),
      drained(store.stream(file, stop.signal)),
      store.readRange(file, 0, 2 * MIB, stop.signal),
      store.write('other.bin', inChunks(pattern(2 * MIB)), {}, stop.signal),
      store.put('other.json', pattern(MIB), 'absent', stop.signal),
    ];
    stop.abort(reason);
    for (const { status, reason: why } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      assert.deepEqual([status, why], ['rejected', reason]);
    }
    assert.equal(await store.stat('other.bin', never), undefined);
    const clock = hurriedClock();
    const stream = throttledStore(clock).stream(file, never);
    await stream.next();
    assert.ok(clock.elapsed() < 1_050, `the first MiB took ${clock.elapsed()} ms`);
    await stream.return(digestOf(Buffer.alloc(0)));
  });
});

describe('A throttled Dropbox account', () => {
  it('keeps to its rate by the clock, both ways together, and no watchdog barks while it waits', async () => {
    const faults: string[] = [];
    const start = systemClock.elapsed();
    const [rate, size, writers, readers] = [256 * 1024, 24 * 1024, 32, 8];
    await using fixture = await openFixture({
      emulator: { clock: systemClock },
      account: {
        clock: systemClock,
        throttle: createThrottle(rate, systemClock),
        // A commit may be silent for five times as long, and each upload waits 1.6 s for its second piece.
        idleMs: 250,
        events: { request: (route, outcome) => void (outcome === 'fault' && faults.push(route)) },
      },
    });
    const { store } = fixture;
    const names = Array.from({ length: writers }, (_, n) => `${n}.bin`);
    const files = await Promise.all(names.map((name) => store.write(name, inChunks(pattern(size)), {}, never)));
    const reads = await Promise.all(files.slice(0, readers).map((file) => drained(store.stream(file, never))));
    const seconds = (systemClock.elapsed() - start) / 1_000;
    for (const { chunks } of reads) assert.ok(Buffer.concat(chunks).equals(pattern(size)));
    assert.ok(seconds >= ((writers + readers) * size) / rate, `${seconds} s`);
    assert.deepEqual(faults, []);
  });

  it('counts what is sent again, and listings', async () => {
    const throttle = countingThrottle();
    await using fixture = await openFixture({ account: { throttle } });
    const broken = { kind: 'reset', at: 'requestBody', afterBytes: MIB } as const;
    fixture.emulator.faults.add({ route: 'files/upload', effect: broken });
    await fixture.store.write('file.bin', inChunks(pattern(3 * MIB)), {}, never);
    assert.ok(throttle.taken > 4 * MIB, `${throttle.taken} bytes`);
    const before = throttle.taken;
    for await (const _ of fixture.store.list('', { recursive: true }, never));
    assert.ok(throttle.taken > before + 200, `${throttle.taken - before} bytes`);
  });

  it('stops waiting when the signal aborts', async () => {
    await using fixture = await openFixture({
      account: { clock: systemClock, throttle: createThrottle(10_000, systemClock) },
    });
    const stop = new AbortController();
    const reason = new Error('SIGTERM');
    fixture.emulator.faults.onRequest(({ route }) => void (route === 'files/upload' && stop.abort(reason)));
    const writing = fixture.store.write('file.bin', inChunks(pattern(3 * MIB)), {}, stop.signal);
    await assert.rejects(writing, (error) => error === reason);
  });
});
