import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Pace } from '../../src/store/dropbox/api/pace.ts';
import { createTurns } from '../../src/store/dropbox/api/turns.ts';
import { never } from './conformance/fixture.ts';
import { steppedClock } from './stepped-clock.ts';

const paceOf = (perSecond: number | undefined): Pace => ({
  perSecond,
  sent: () => undefined,
  passed: () => undefined,
  refused: () => undefined,
});

test('without a pace all go out at once', async () => {
  const turns = createTurns(paceOf(undefined), steppedClock(), never);
  const waited = await Promise.all(Array.from({ length: 100 }, () => turns.take(true, never)));
  assert.ok(waited.every((wasDue) => !wasDue));
});

test('at a pace of ten a second one goes out every tenth of a second, in the order of their coming', async () => {
  const clock = steppedClock();
  const turns = createTurns(paceOf(10), clock, never);
  const gone: string[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    void turns.take(true, never).then((wasDue) => gone.push(`${name} ${wasDue}`));
  for (const expected of [['a false'], ['b true'], ['c true'], ['d true']]) {
    await yieldToOthers();
    assert.deepEqual(gone.splice(0), expected);
    clock.advance(100);
  }
});

test('a call that is no download goes out before all downloads that wait', async () => {
  const clock = steppedClock();
  const turns = createTurns(paceOf(10), clock, never);
  const gone: string[] = [];
  for (let n = 0; n < 64; n++) void turns.take(true, never).then(() => gone.push('download'));
  await clock.sleepers(1);
  void turns.take(false, never).then(() => gone.push('lease'));
  clock.advance(100);
  await yieldToOthers();
  assert.deepEqual(gone, ['download', 'lease']);
});

test('an abort ends the wait for a turn, which the next one has then', async () => {
  const clock = steppedClock();
  const turns = createTurns(paceOf(1), clock, never);
  await turns.take(true, never);
  const stop = new AbortController();
  const inVain = turns.take(true, stop.signal);
  let isGone = false;
  void turns.take(true, never).then(() => (isGone = true));
  stop.abort(new Error('SIGTERM'));
  await assert.rejects(inVain, /SIGTERM/);
  clock.advance(1000);
  await yieldToOthers();
  assert.ok(isGone);
});

test('whoever waits goes on when the account is closed', async () => {
  const closing = new AbortController();
  const turns = createTurns(paceOf(1), steppedClock(), closing.signal);
  await turns.take(true, never);
  const waiting = turns.take(true, never);
  closing.abort(new Error('closed'));
  assert.equal(await waiting, true);
});
