import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { byTurn } from '../../../src/zip/write/by-turn.ts';
import { limitByTurn } from '../../../src/zip/write/limit-by-turn.ts';

test('whatever comes and goes, the first turn is in front, and of one turn who came first', () => {
  const steps = fc.array(fc.option(fc.nat(9)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const waiting = byTurn<{ turn: number; arrival: number }>();
      const model: { turn: number; arrival: number }[] = [];
      for (const [arrival, turn] of all.entries()) {
        if (turn === null) assert.deepEqual(waiting.takeFirst(), model.shift());
        else {
          waiting.add(turn, { turn, arrival });
          model.push({ turn, arrival });
          model.sort((a, b) => a.turn - b.turn || a.arrival - b.arrival);
        }
        assert.deepEqual(waiting.first, model[0]);
      }
    }),
  );
});

test('work that waits for a core is done in the order of the archive, not of its arrival', async () => {
  const limit = limitByTurn(2);
  const done: number[] = [];
  let atOnce = 0;
  const work = (turn: number): Promise<void> =>
    limit(turn, async () => {
      atOnce += 1;
      assert.ok(atOnce <= 2);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      done.push(turn);
    });
  await Promise.all([90, 91, 7, 3, 5, 4, 6].map(work));
  assert.deepEqual(done, [90, 91, 3, 4, 5, 6, 7]);
});

test('work that fails makes way for the next', async () => {
  const limit = limitByTurn(1);
  const failed = limit(1, async () => Promise.reject(new Error('no')));
  const next = limit(2, async () => 'done');
  await assert.rejects(failed, /no/);
  assert.equal(await next, 'done');
});
