import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../src/store/dropbox/api/pace.ts';
import { type Limiter, play, slidingWindow, tokenBucket } from './limited-calls.ts';

const LIMITERS: readonly (readonly [string, (perSecond: (now: number) => number) => Limiter])[] = [
  ['a window in which refused calls count', slidingWindow],
  ['a bucket of a second', (perSecond) => tokenBucket(perSecond, 1)],
  ['a bucket of ten seconds', (perSecond) => tokenBucket(perSecond, 10)],
];
/** By when the rate is found: some refusals, and trials that take a few times as long as one. */
const settledAfter = (retryAfter: number): number => 120 + 15 * retryAfter;

for (const [limiter, of] of LIMITERS)
  for (const perSecond of [10, 50, 300])
    for (const retryAfter of [1, 5, 15, 300])
      test(`${limiter}, ${perSecond} calls a second, Retry-After ${retryAfter}: nine tenths pass, one in a hundred is refused`, (t) => {
        const settled = settledAfter(retryAfter);
        const seconds = settled + 600 + 40 * retryAfter;
        const figures = play({ limiter: of(() => perSecond), retryAfterSeconds: retryAfter, seconds, atOnce: 64 });
        const { perSecond: passed, refused } = figures(settled, seconds);
        t.diagnostic(`${(passed / perSecond).toFixed(3)} of the limit, ${(100 * refused).toFixed(3)} % refused`);
        assert.ok(passed >= 0.9 * perSecond, `${passed} calls a second`);
        assert.ok(refused <= 0.01, `${100 * refused} % refused`);
      });

for (const [limiter, of] of LIMITERS)
  for (const perSecond of [10, 50, 300])
    test(`${limiter}, ${perSecond} calls a second, Retry-After 1: nine tenths pass from the twentieth second on`, (t) => {
      const figures = play({ limiter: of(() => perSecond), retryAfterSeconds: 1, seconds: 50, atOnce: 64 });
      const { perSecond: passed } = figures(20, 50);
      t.diagnostic(`${(passed / perSecond).toFixed(3)} of the limit`);
      assert.ok(passed >= 0.9 * perSecond, `${passed} calls a second`);
    });

for (const [limiter, of] of LIMITERS)
  test(`${limiter} of hardly less than what goes out without it is used by nine tenths`, (t) => {
    const seconds = 600;
    const figures = play({ limiter: of(() => 300), retryAfterSeconds: 1, seconds, atOnce: 32 });
    const { perSecond: passed, refused } = figures(settledAfter(1), seconds);
    t.diagnostic(`${(passed / 300).toFixed(3)} of the limit, ${(100 * refused).toFixed(3)} % refused`);
    assert.ok(passed >= 0.9 * 300, `${passed} calls a second`);
    assert.ok(refused <= 0.01);
  });

for (const [limiter, of] of LIMITERS.slice(0, 2))
  for (const [retryAfter, length] of [
    [1, 900],
    [15, 3600],
  ] as const)
    for (const [before, after] of [
      [300, 50],
      [300, 10],
      [50, 300],
      [50, 75],
      [50, 150],
      [10, 1_000_000],
    ] as const)
      test(`${limiter} that changes from ${before} to ${after} calls a second, Retry-After ${retryAfter}, is followed`, (t) => {
        const perSecond = (now: number): number => (now < 600_000 ? before : after);
        const seconds = 600 + length;
        const figures = play({ limiter: of(perSecond), retryAfterSeconds: retryAfter, seconds, atOnce: 64 });
        const { perSecond: passed, refused } = figures(seconds - length / 2, seconds);
        const share = passed / Math.min(after, 640);
        t.diagnostic(`${share.toFixed(3)} of the new limit, ${(100 * refused).toFixed(3)} % refused`);
        assert.ok(share >= 0.9, `${passed} calls a second`);
        assert.ok(refused <= 0.01);
      });

for (const [limiter, of] of LIMITERS)
  for (const perSecond of [10, 50, 300])
    test(`two runs that share ${limiter} of ${perSecond} calls a second find a rate each`, (t) => {
      const figures = play({ limiter: of(() => perSecond), retryAfterSeconds: 5, seconds: 1800, atOnce: 32, runs: 2 });
      const { perSecond: passed, refused } = figures(600, 1800);
      t.diagnostic(`${(passed / perSecond).toFixed(3)} of the limit, ${(100 * refused).toFixed(3)} % refused`);
      assert.ok(passed >= 0.85 * perSecond, `${passed} calls a second`);
      assert.ok(refused <= 0.01);
    });

for (const retryAfter of [1, 15, 300])
  test(`a single refusal with Retry-After ${retryAfter} is soon forgotten`, (t) => {
    let calls = 0;
    const limiter = { admit: () => ++calls !== 1000 };
    const figures = play({ limiter, retryAfterSeconds: retryAfter, seconds: 60 + 10 * retryAfter, atOnce: 64 });
    const { perSecond } = figures(40 + 8 * retryAfter, 60 + 10 * retryAfter);
    t.diagnostic(`${perSecond} calls a second of 640`);
    assert.ok(perSecond > 600);
  });

test('all calls that were under way when one was refused are one refusal', () => {
  const pace = createPace();
  for (let now = 10; now <= 1000; now += 10) pace.sent(now, false);
  for (let sentAt = 900; sentAt < 1000; sentAt += 10) pace.refused(sentAt, sentAt + 105, 1000);
  assert.equal(pace.perSecond, 50);
});

test('a refusal before anything has passed says nothing about the rate', () => {
  const pace = createPace();
  for (let now = 10; now <= 1000; now += 10) pace.sent(now, false);
  pace.refused(990, 1000, 1000);
  pace.refused(2000, 2100, 1000);
  pace.refused(3200, 3300, 1000);
  assert.equal(pace.perSecond, 50);
  pace.passed(4400);
  pace.refused(4500, 4600, 1000);
  assert.equal(pace.perSecond, 25);
});
