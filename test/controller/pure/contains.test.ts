import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contains } from '../../../src/controller/contains.ts';

const CASES: readonly (readonly [what: string, live: unknown, desired: unknown, verdict: boolean])[] = [
  ['the same', { a: 1, b: [{ c: 'x' }] }, { a: 1, b: [{ c: 'x' }] }, true],
  ['what the server has added', { a: 1, uid: 'u', b: { c: 1, d: 2 } }, { a: 1, b: { c: 1 } }, true],
  ['a default inside a list', { env: [{ name: 'A', mode: 1 }] }, { env: [{ name: 'A' }] }, true],
  ['another value', { a: 1 }, { a: 2 }, false],
  ['a number as text', { a: '1' }, { a: 1 }, false],
  ['a field that is not there', {}, { a: 1 }, false],
  ['null where something should be', { a: null }, { a: {} }, false],
  ['an empty object that is there', { a: {} }, { a: {} }, true],
  ['an empty object that the server has dropped', {}, { a: {} }, false],
  ['a longer list', { a: [1, 2] }, { a: [1] }, false],
  ['a shorter list', { a: [1] }, { a: [1, 2] }, false],
  ['a list in another order', { a: [1, 2] }, { a: [2, 1] }, false],
  ['an object for a list', { a: { 0: 1, length: 1 } }, { a: [1] }, false],
  ['a list for an object', { a: [1] }, { a: { 0: 1 } }, false],
  ['nothing at all', undefined, { a: 1 }, false],
];

describe('A live object', () => {
  for (const [what, live, desired, verdict] of CASES)
    it(`${verdict ? 'contains' : 'does not contain'} the desired one with ${what}`, () =>
      assert.equal(contains(live, desired), verdict));
});
