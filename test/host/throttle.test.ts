import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { createThrottle, paced } from '../../src/host/throttle.ts';
import { steppedClock } from '../store/stepped-clock.ts';

const RATE = 100_000;
/** What passes in one turn of 50 ms. */
const TURN = 5_000;
const never = new AbortController().signal;

/** Time that only sleeping moves, each time up to `lateMs` further than asked for, as timers on a busy machine do. */
function lateClock(lateMs = 0): Clock & { readonly sleeps: number[]; pass(ms: number): void } {
  let elapsed = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    pass(ms) {
      elapsed += ms;
    },
    now: () => new Date(elapsed),
    elapsed: () => elapsed,
    async sleep(ms) {
      sleeps.push(ms);
      elapsed += ms + ((sleeps.length * 7) % 11) * (lateMs / 10);
      await yieldToOthers();
    },
  };
}

describe('A throttle', () => {
  it('lets no more bytes pass than its rate, from the first byte on, and does not drift when timers are late', async () => {
    for (const size of [1, 700, TURN, TURN + 1, 65_536, 1_000_000]) {
      const clock = lateClock(20);
      const throttle = createThrottle(RATE, clock);
      let passed = 0;
      while (passed < 30 * RATE) {
        // A byte at a time for the first second only: thirty million steps say no more.
        const bytes = size === 1 && passed > RATE ? 10_000 : size;
        await throttle.take(bytes, never);
        passed += bytes;
        assert.ok(passed <= (clock.elapsed() * RATE) / 1000 + 1, `${passed} bytes in ${clock.elapsed()} ms`);
      }
      const late = clock.elapsed() - (passed * 1000) / RATE;
      assert.ok(late < 50, `${late} ms late after ${passed} bytes`);
    }
  });

  it('lets a quarter of a second pass at once after any time without use, and not more', async () => {
    const clock = lateClock();
    const throttle = createThrottle(RATE, clock);
    clock.pass(3_600_000);
    for (let turn = 0; turn < 5; turn++) assert.equal(throttle.take(TURN, never), undefined);
    await throttle.take(1, never);
    assert.equal(clock.sleeps.length, 1);
    assert.ok(clock.elapsed() > 3_600_000);
  });

  it('sleeps once a turn and does not look in between', async () => {
    const clock = lateClock();
    await createThrottle(RATE, clock).take(10 * RATE, never);
    assert.equal(clock.sleeps.length, (10 * RATE) / TURN);
    assert.equal(Math.round(clock.elapsed()), 10_000);
  });

  it('has a small request wait for one turn of each of the large ones, however large they are', async () => {
    const clock = steppedClock();
    const throttle = createThrottle(RATE, clock);
    const large = [1, 2, 3].map(() => throttle.take(100 * RATE, never));
    let isThrough = false;
    const small = throttle.take(500, never)?.then(() => {
      isThrough = true;
    });
    for (let waited = 0; !isThrough; waited += 50) {
      assert.ok(waited <= 200, 'the small request waits on');
      clock.advance(50);
      await yieldToOthers();
    }
    await small;
    assert.equal(large.length, 3);
  });

  it('shares its rate among all who take', async () => {
    const clock = lateClock();
    const throttle = createThrottle(RATE, clock);
    await Promise.all(Array.from({ length: 10 }, () => throttle.take(RATE, never)));
    assert.ok(clock.elapsed() >= 10_000, `${clock.elapsed()} ms`);
  });

  it('stops waiting with the reason of the signal', async () => {
    for (const clock of [steppedClock(), systemClock]) {
      const stop = new AbortController();
      const waiting = createThrottle(1, clock).take(1_000, stop.signal);
      const reason = new Error('SIGTERM');
      stop.abort(reason);
      await assert.rejects(waiting ?? Promise.resolve(), (error) => error === reason);
    }
  });

  it('paces the chunks of a stream, and closes it when it is left', async () => {
    let isOpen = true;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.alloc(RATE);
      } finally {
        isOpen = false;
      }
    }
    const clock = lateClock();
    let seen = 0;
    for await (const chunk of paced(chunks(), createThrottle(RATE, clock), never)) {
      seen += chunk.length;
      assert.equal(Math.round(clock.elapsed()), (seen * 1000) / RATE);
      if (seen === 3 * RATE) break;
    }
    assert.equal(isOpen, false);
  });
});
