import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('an abort ends a wait with its reason', async () => {
  const clock = steppedClock();
  const stop = new AbortController();
  const running = createRetrying({ clock, judge }).run(failing(fault()), stop.signal);
  await clock.sleepers(1);
  stop.abort(new Error('SIGTERM'));
  await assert.rejects(running, /SIGTERM/);
});
