import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { caseTurn, LARGE_BYTES, LARGE_TURNS, MOST_TURNS } from '../../../src/repository/verify/turns.ts';

/** Which files of a case are read, by their index. */
function read(sizes: readonly number[], turn: number): number[] {
  const of = caseTurn<number>(sizes.length, turn);
  const now = sizes.flatMap((bytes, index) => of.offer(index, `file ${index}`, bytes) ?? []);
  return [...now, ...of.end()];
}

const sizes = fc.array(fc.constantFrom(1, LARGE_BYTES, LARGE_BYTES + 1, 10 * LARGE_BYTES), {
  minLength: 1,
  maxLength: 350,
});
const turns = fc.nat(30_000);

test('within a hundred turns every file has been read, a large one within thirty', () => {
  fc.assert(
    fc.property(sizes, turns, (files, first) => {
      const seen = new Set<number>();
      for (let turn = first; turn < first + MOST_TURNS; turn++) for (const index of read(files, turn)) seen.add(index);
      assert.deepEqual(
        [...seen].sort((a, b) => a - b),
        [...files.keys()],
      );
    }),
    { numRuns: 50 },
  );
});

test('every turn reads at least one file of a case, each once, and no more than a hundredth of the small ones', () => {
  fc.assert(
    fc.property(sizes, turns, (files, turn) => {
      const small = files.flatMap((bytes, index) => (bytes > LARGE_BYTES ? [] : [index]));
      const chosen = read(files, turn);
      assert.equal(new Set(chosen).size, chosen.length);
      const chosenSmall = chosen.filter((index) => small.includes(index));
      assert.equal(chosenSmall.length, Math.min(small.length, Math.ceil(files.length / MOST_TURNS)));
    }),
  );
});

test('a case of one film is not read every night', () => {
  const nights = Array.from({ length: 10 * LARGE_TURNS }, (_, turn) => read([LARGE_BYTES + 1], turn).length);
  assert.equal(
    nights.reduce((sum, one) => sum + one, 0),
    10,
  );
});
