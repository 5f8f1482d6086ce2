import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type JsonBounds, tooMuchIn } from '../../src/repository/json-bounds.ts';

interface Measured {
  readonly values: number;
  readonly depth: number;
  readonly keys: number;
}

/** The same of the parsed value. */
function measure(value: unknown): Measured {
  if (typeof value !== 'object' || value === null) return { values: 0, depth: 0, keys: 0 };
  const parts = Object.values(value).map(measure);
  return {
    values: 1 + Math.max(0, parts.length - 1) + parts.reduce((sum, part) => sum + part.values, 0),
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    keys: Math.max(Array.isArray(value) ? 0 : Math.max(1, parts.length), ...parts.map(({ keys }) => keys)),
  };
}

const NO_BOUNDS: JsonBounds = { values: Infinity, depth: Infinity, keysOfOneObject: Infinity };

test('a text keeps within exactly the bounds that its parsed value keeps', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const json = Buffer.from(JSON.stringify(value, null, indent));
      const { values, depth, keys } = measure(JSON.parse(json.toString()));
      assert.equal(tooMuchIn(json, { values, depth, keysOfOneObject: keys }), undefined);
      if (values > 0) assert.match(tooMuchIn(json, { ...NO_BOUNDS, values: values - 1 }) ?? '', /values$/);
      if (depth > 0) assert.match(tooMuchIn(json, { ...NO_BOUNDS, depth: depth - 1 }) ?? '', /deep$/);
      if (keys > 1) assert.match(tooMuchIn(json, { ...NO_BOUNDS, keysOfOneObject: keys - 1 }) ?? '', /fields$/);
    }),
    { numRuns: 1000 },
  );
});

test('what stands between quotes counts for nothing, also behind an escaped quote, and no JSON is no matter', () => {
  const bounds = { values: 1, depth: 1, keysOfOneObject: 1 };
  assert.equal(tooMuchIn(Buffer.from('["[{,\\"[{,\\\\"]'), bounds), undefined);
  for (const text of ['', '"', '"\\', ']]]', '}', '[', 'nonsense']) {
    assert.equal(tooMuchIn(Buffer.from(text), bounds), undefined, text);
  }
});
