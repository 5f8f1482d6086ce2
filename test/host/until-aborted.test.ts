import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { chunksUntilAborted, untilAborted } from '../../src/host/until-aborted.ts';

const forEver = new Promise<never>(() => undefined);
const reason = new Error('SIGTERM');

test('a promise that settles first passes, and leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(7), signal), 7);
  await assert.rejects(untilAborted(Promise.reject(new Error('gone')), signal), /gone/);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('who waits for ever gets the reason of the abort, before or after', async () => {
  const controller = new AbortController();
  const waiting = untilAborted(forEver, controller.signal);
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(untilAborted(forEver, controller.signal), reason);
});

test('a rejection after the abort is nobody’s unhandled one', async () => {
  const late = Promise.withResolvers<never>();
  await assert.rejects(untilAborted(late.promise, AbortSignal.abort(reason)), reason);
  late.reject(new Error('too late'));
  await new Promise(setImmediate);
});

interface Watched {
  readonly chunks: AsyncGenerator<Buffer>;
  isClosed(): boolean;
}

function watched(pieces: readonly string[], end: Promise<void>): Watched {
  let closed = false;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      for (const piece of pieces) yield Buffer.from(piece);
      await end;
    } finally {
      closed = true;
    }
  };
  return { chunks: chunks(), isClosed: () => closed };
}

test('a stream passes whole, and is closed when it is left early', async () => {
  const { signal } = new AbortController();
  const whole = watched(['a', 'b'], Promise.resolve());
  let text = '';
  for await (const chunk of chunksUntilAborted(whole.chunks, signal)) text += chunk.toString();
  assert.equal(text, 'ab');
  const left = watched(['a', 'b'], Promise.resolve());
  for await (const _ of chunksUntilAborted(left.chunks, signal)) break;
  assert.equal(left.isClosed(), true);
});

test('a stream that hangs is left without waiting for it', { timeout: 5_000 }, async () => {
  const controller = new AbortController();
  const hanging = watched(['a'], forEver);
  const read = async (): Promise<void> => {
    for await (const _ of chunksUntilAborted(hanging.chunks, controller.signal))
      setImmediate(() => controller.abort(reason));
  };
  await assert.rejects(read(), reason);
  assert.equal(hanging.isClosed(), false);
});

test('work that ends within its grace after the abort passes, and what does not is left', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const [soon, late] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const signal = AbortSignal.abort(reason);
  const [first, second] = [untilAborted(soon.promise, signal, 5000), untilAborted(late.promise, signal, 5000)];
  t.mock.timers.tick(4999);
  soon.resolve(7);
  assert.equal(await first, 7);
  t.mock.timers.tick(1);
  await assert.rejects(second, reason);
});
