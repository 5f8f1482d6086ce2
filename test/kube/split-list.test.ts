import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createListSplitter } from '../../src/kube/connection/split-list.ts';

function split(text: string, pieceLength: number): { readonly items: unknown[]; readonly rest: unknown } {
  const items: unknown[] = [];
  const splitter = createListSplitter((json) => items.push(JSON.parse(json)));
  for (let at = 0; at < text.length; at += pieceLength) splitter.push(text.slice(at, at + pieceLength));
  return { items, rest: JSON.parse(splitter.rest()) };
}

const item = fc.object({ withNullPrototype: false, key: fc.oneof(fc.string(), fc.constant('items')) });
const envelope = fc.record({
  metadata: fc.record({
    resourceVersion: fc.string(),
    items: fc.array(fc.anything({ maxDepth: 1, values: [fc.string()] })),
  }),
  kind: fc.string(),
});

test('whatever the items hold, and however the answer is cut, the items come out as they went in', () => {
  fc.assert(
    fc.property(
      fc.array(item),
      envelope,
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      (items, around, size, isFirst) => {
        // Built-in resources have the items last, custom ones in the order of the alphabet.
        const list = isFirst ? { items, ...around } : { ...around, items };
        const text = JSON.stringify(list);
        const parsed = JSON.parse(text);
        const whole = split(text, size);
        assert.deepEqual(whole.items, parsed.items);
        assert.deepEqual(whole.rest, { ...parsed, items: [] });
      },
    ),
  );
});

test('white space and strings full of brackets and quotes change nothing', () => {
  const items = [{ a: '"}]{["\\"items": [' }, { b: ['\\', '"', { items: [{}] }] }, {}];
  const text = JSON.stringify({ kind: 'JobList', items, metadata: {} }, null, 2);
  for (let size = 1; size < 40; size++) assert.deepEqual(split(text, size).items, items);
});

test('a list without items has none', () => {
  assert.deepEqual(split('{"metadata":{"resourceVersion":"7"},"items":null}', 9), {
    items: [],
    rest: { metadata: { resourceVersion: '7' }, items: null },
  });
  assert.deepEqual(split('{"items":[],"metadata":{}}', 1).items, []);
});
