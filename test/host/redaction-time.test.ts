import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SHAPES } from '../../src/host/secrets.ts';
import { walkWith } from './pattern-steps.ts';

/** What the shapes look for, and what ends their runs. */
const PIECES = [
  'eyJ',
  '.',
  '-',
  'a',
  'Z9',
  'Bearer',
  'basic',
  ' ',
  '://',
  ':',
  '@',
  '/',
  'http',
  'code=',
  'PASSWORD=',
  '&',
  '"',
  '+',
  '=',
];
const words = (most: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...PIECES), { maxLength: most }).map((pieces) => pieces.join(''));

for (const [shape] of SHAPES) {
  test(`the counting matcher finds what the engine finds, for ${shape.source}`, () => {
    fc.assert(
      fc.property(words(14), (text) => {
        assert.deepEqual(walkWith(shape, text).matches, text.match(shape) ?? []);
      }),
      { numRuns: 300 },
    );
  });

  test(`a text twice as long takes at most twice the steps, for ${shape.source}`, () => {
    fc.assert(
      fc.property(words(3), words(3), words(3), (head, repeated, tail) => {
        const steps = (times: number): number => walkWith(shape, head + repeated.repeat(times) + tail).steps;
        const [few, many] = [steps(60), steps(240)];
        assert.ok(many <= 4.5 * few + 200, `${few} steps became ${many}`);
      }),
      {
        numRuns: 300,
        examples: [
          ['', 'a', ''],
          ['', 'eyJ-', ''],
          ['', 'a-', ' '],
          ['Bearer', ' ', ''],
          ['://', 'a:', ''],
        ],
      },
    );
  });
}

test('the measure notices a shape that begins at every letter', () => {
  const steps = (times: number): number => walkWith(/[a-z][a-z0-9+.-]*:\/\//gi, 'x'.repeat(times)).steps;
  assert.ok(steps(240) > 10 * steps(60));
});
