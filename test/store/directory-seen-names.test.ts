import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seenNames } from '../../src/store/directory/listing/seen-names.ts';

function sumOf(names: readonly string[], isFolder = false): string {
  const seen = seenNames();
  for (const name of names) seen.toggle({ name: Buffer.from(name), isDirectory: () => isFolder });
  return seen.sum();
}

test('the same names have the same sum in every order, and other names another one', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { maxLength: 12 });
  fc.assert(
    fc.property(names, names, (some, others) => {
      const isSame = some.length === others.length && some.every((name) => others.includes(name));
      assert.equal(sumOf(some) === sumOf(others), isSame);
      assert.equal(sumOf(some), sumOf(some.toReversed()));
    }),
    { numRuns: 2000 },
  );
});

test('no two of 300,000 folders with names that are nearly alike have the same sum', () => {
  const sums = new Set<string>();
  let made = 0;
  for (let a = 0; a < 387; a++)
    for (let b = 0; b < 388; b++) {
      sums.add(sumOf([`letter ${a}.txt`, `scan ${b}.jpg`]));
      sums.add(sumOf([`letter ${b}.jpg`, `scan ${a}.txt`, 'x']));
      made += 2;
    }
  assert.equal(sums.size, made);
});

test('a file is not a folder of its name, and a folder that is taken back is as if it had never been there', () => {
  assert.notEqual(sumOf(['a']), sumOf(['a'], true));
  const seen = seenNames();
  for (const name of ['a', 'b']) seen.toggle({ name: Buffer.from(name), isDirectory: () => true });
  seen.takeBack('b');
  assert.equal(seen.sum(), sumOf(['a'], true));
  assert.notEqual(sumOf([]), '');
});
