import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { byteWindow } from '../../../src/zip/write/byte-window.ts';

test('what fits is admitted at once, what does not waits until enough has left', async () => {
  const window = byteWindow(100);
  assert.equal(window.enter(60), undefined);
  assert.equal(window.enter(40), undefined);
  let isIn = false;
  const waiting = window.enter(50)?.then(() => {
    isIn = true;
  });
  assert.ok(waiting);
  window.leave(40);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isIn, false, '60 and 50 are more than 100');
  window.leave(30);
  await waiting;
  assert.equal(window.enter(20), undefined, '30, 50 and 20 fit');
  assert.ok(window.enter(1));
});

test('something larger than the window gets in when nothing else is held, and then alone', async () => {
  const window = byteWindow(100);
  assert.equal(window.enter(1000), undefined);
  const next = window.enter(1);
  assert.ok(next);
  window.leave(1000);
  await next;
});

test('one after the other, any sizes come through, and never more than the limit is held unless by one alone', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.infiniteStream(fc.nat()), async (all, choices) => {
      const window = byteWindow(100);
      const held: number[] = [];
      const release = (): void => {
        const [size] = held.splice((choices.next().value ?? 0) % held.length, 1);
        if (size !== undefined) window.leave(size);
      };
      for (const size of all) {
        const room = window.enter(size);
        if (room) {
          let isIn = false;
          void room.then(() => {
            isIn = true;
          });
          while (!isIn) {
            assert.ok(held.length > 0, 'it waits for nobody');
            release();
            await Promise.resolve();
          }
        }
        held.push(size);
        assert.ok(held.length === 1 || held.reduce((a, b) => a + b) <= 100, held.join(' '));
      }
    }),
  );
});
