import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Failure } from '../../src/host/errors.ts';
import { backoff, createRetrying, type Judgement, type WaitKind } from '../../src/store/retrying.ts';
import { never } from './conformance/fixture.ts';
import { hurriedClock } from './dropbox-fixture.ts';
import { steppedClock } from './stepped-clock.ts';

class Judged extends Error {
  readonly judgement: Judgement;
  constructor(judgement: Judgement) {
    super(judgement.kind);
    this.judgement = judgement;
  }
}
const judge = (error: unknown): Judgement => (error instanceof Judged ? error.judgement : { kind: 'final' });
const fault = (): Judged => new Judged({ kind: 'fault' });

/** To the nearest: a hurried clock has fractions of a millisecond. */
const secondOf = (date: Date): string => new Date(Math.round(date.getTime() / 1000) * 1000).toISOString().slice(11, 19);

/** Throws these one after the other, then succeeds. */
function failing(...errors: readonly Error[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    const error = errors[calls++];
    if (error) throw error;
    return calls;
  };
}

test('a fault is tried again until it heals', async () => {
  const { run } = createRetrying({ clock: hurriedClock(), judge });
  assert.equal(await run(failing(fault(), fault()), never), 3);
});

test('a final error is thrown as it is, without a wait', async () => {
  const clock = hurriedClock();
  const { run } = createRetrying({ clock, judge });
  const error = new TypeError('a bug');
  await assert.rejects(run(failing(error), never), error);
  assert.deepEqual(clock.sleeps, []);
});

test('backoff doubles from a second to half a minute, and at least half of it is waited', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 60].map((n) => backoff(n, 1)),
    [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000],
  );
  assert.deepEqual(
    [0, 5].map((n) => backoff(n, 0)),
    [500, 15000],
  );
});

test('progress ends an outage, so that a long transfer may break any number of times', async () => {
  const clock = hurriedClock();
  const attempts = createRetrying({ clock, judge, patienceMs: 10_000 }).start(never);
  for (let n = 0; n < 50; n++) {
    await attempts.failed(fault());
    attempts.progressed();
  }
  assert.ok(clock.elapsed() > 20_000);
  await assert.rejects(
    async () => {
      for (;;) await attempts.failed(fault());
    },
    { exit: 'outOfTime', code: 'RemoteUnavailable' },
  );
});

test('waits are reported by kind', async () => {
  const waits: WaitKind[] = [];
  const retrying = createRetrying({ clock: hurriedClock(), judge, onWait: (kind) => waits.push(kind) });
  const limited = new Judged({ kind: 'rateLimited', afterMs: 1000 });
  await retrying.run(failing(fault(), new Judged({ kind: 'busy' }), limited), never);
  assert.deepEqual(waits, ['fault', 'busy', 'rateLimited']);
});

test('a wait is told with what it is for, since when, and when it will be given up', async () => {
  const clock = hurriedClock();
  const told: string[] = [];
  const { run } = createRetrying({
    clock,
    judge,
    patienceMs: 60_000,
    onWait: (kind, _, { since, until }) => told.push(`${kind} ${secondOf(since)} ${secondOf(until)}`),
    onGoOn: () => told.push('goes on'),
  });
  clock.advance(5_000);
  await run(failing(fault(), fault()), never);
  assert.deepEqual(told, ['fault 03:00:05 03:01:05', 'fault 03:00:05 03:01:05', 'goes on']);
});

test('who is told to come back at once, again and again, does so more and more rarely', async () => {
  const clock = hurriedClock();
  const { run } = createRetrying({ clock, judge });
  let calls = 0;
  const refused = run(async () => {
    calls += 1;
    throw new Judged({ kind: 'rateLimited', afterMs: 0 });
  }, never);
  await assert.rejects(refused, { code: 'RateLimited' });
  // Doubling from 50 ms, 10 of them come within half a minute; an hour has 120 more of 30 s each.
  assert.ok(calls > 100 && calls < 140, `${calls} calls`);
});

test('a pause that is longer than all patience is tried once more when that is over', async () => {
  const clock = hurriedClock();
  const { run } = createRetrying({ clock, judge });
  const limited = new Judged({ kind: 'rateLimited', afterMs: 86_400_000 });
  assert.equal(await run(failing(limited), never), 2);
  assert.ok(clock.elapsed() >= 3_600_000 && clock.elapsed() < 3_602_000);
  await assert.rejects(run(failing(limited, limited), never), { code: 'RateLimited' });
});

test('a rate limit is told to go on for as long as anybody waits for it', async () => {
  const clock = hurriedClock();
  const sinces = new Set<string>();
  const { run } = createRetrying({ clock, judge, onWait: (_, __, { since }) => sinces.add(secondOf(since)) });
  const limited = new Judged({ kind: 'rateLimited', afterMs: 60_000 });
  await run(failing(limited, limited, limited), never);
  assert.deepEqual([...sinces], ['03:00:00']);
});

test('answers to what was under way do not end the wait for a rate limit', async () => {
  const clock = steppedClock();
  const told: string[] = [];
  const retrying = createRetrying({
    clock,
    judge,
    onWait: () => told.push('waits'),
    onGoOn: () => told.push('goes on'),
  });
  const streamed = retrying.start(never);
  const refused = retrying.run(failing(new Judged({ kind: 'rateLimited', afterMs: 300_000 })), never);
  await clock.sleepers(1);
  assert.equal(await retrying.run(failing(), never), 1);
  streamed.progressed();
  assert.deepEqual(told, ['waits']);
  clock.advance(301_000);
  await refused;
  assert.deepEqual(told, ['waits', 'goes on']);
});

test('64 calls that an outage breaks at once do not come back at once', async () => {
  const clock = steppedClock();
  const { start } = createRetrying({ clock, judge });
  const back: number[] = [];
  for (let n = 0; n < 64; n++) {
    const attempts = start(never);
    void (async () => {
      for (let failures = 0; failures < 7; failures++) await attempts.failed(fault());
      back.push(clock.elapsed());
    })();
  }
  for (let ms = 0; ms < 150_000 && back.length < 64; ms += 500) {
    await yieldToOthers();
    clock.advance(500);
  }
  await yieldToOthers();
  const bySecond = Map.groupBy(back, (ms) => Math.floor(ms / 1000));
  const most = Math.max(...[...bySecond.values()].map((calls) => calls.length));
  assert.equal(back.length, 64);
  assert.ok(most <= 16, `${most} calls within a second`);
});

test('a wait ends with what it waited for, also when that fails for good', async () => {
  let isWaiting = false;
  const { run } = createRetrying({
    clock: hurriedClock(),
    judge,
    onWait: () => (isWaiting = true),
    onGoOn: () => (isWaiting = false),
  });
  await assert.rejects(run(failing(fault(), new TypeError('a bug')), never), TypeError);
  assert.equal(isWaiting, false);
});

test('a fault that need not be waited out is given up earlier, as what it is', async () => {
  const clock = hurriedClock();
  const { run } = createRetrying({ clock, judge });
  const failure = new Failure('HostUnknown', 'no such name');
  const unknown = () => new Judged({ kind: 'fault', bound: { patienceMs: 120_000, failure } });
  await assert.rejects(run(failing(...Array.from({ length: 99 }, unknown)), never), failure);
  assert.ok(clock.elapsed() > 60_000 && clock.elapsed() <= 120_000);
});

test('a later and longer rate limit prolongs the pause for those who already wait', async () => {
  const clock = steppedClock();
  const retrying = createRetrying({ clock, judge });
  const limited = (afterMs: number): Judged => new Judged({ kind: 'rateLimited', afterMs });
  const first = retrying.start(never).failed(limited(10_000));
  const second = retrying.start(never).failed(limited(60_000));
  await clock.sleepers(2);
  clock.advance(11_000);
  await clock.sleepers(2);
  clock.advance(60_000);
  await Promise.all([first, second]);
  assert.equal(clock.elapsed(), 71_000);
});

test('nobody comes back from a rate limit after the time in which it is given up, or after the deadline', async () => {
  for (const bound of [{ patienceMs: 60_000 }, { deadline: 60_000 }]) {
    for (const afterMs of [59_900, 60_000]) {
      const clock = steppedClock();
      const waits: number[] = [];
      const retrying = createRetrying({ clock, judge, ...bound, onWait: (_, ms) => waits.push(ms) });
      const refused = Array.from({ length: 16 }, () =>
        retrying.run(failing(new Judged({ kind: 'rateLimited', afterMs })), never),
      );
      await Promise.race([clock.sleepers(16), ...refused]);
      const others = Array.from({ length: 16 }, () => retrying.ready(never));
      await clock.sleepers(32);
      clock.advance(62_000);
      await Promise.all([...refused, ...others]);
      assert.equal(waits.length, 32);
      assert.ok(Math.min(...waits) >= afterMs && Math.max(...waits) <= 60_000, `${waits}`);
    }
  }
});

test('an abort ends a wait with its reason', async () => {
  const clock = steppedClock();
  const stop = new AbortController();
  const running = createRetrying({ clock, judge }).run(failing(fault()), stop.signal);
  await clock.sleepers(1);
  stop.abort(new Error('SIGTERM'));
  await assert.rejects(running, /SIGTERM/);
});
