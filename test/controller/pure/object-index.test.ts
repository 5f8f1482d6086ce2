import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { objectIndex } from '../../../src/controller/object-index.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { keyOf } from '../../../src/kube/objects.ts';

const object = (name: string, group: string | undefined): KubeObject => ({
  metadata: { name, namespace: 'cases', ...(group === undefined ? {} : { labels: { group } }) },
});
const newIndex = () => objectIndex<KubeObject>(({ metadata }) => metadata.labels?.['group']);
const namesOf = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name).sort();

describe('An index of objects', () => {
  it('holds each object with its group, and none without one', () => {
    const index = newIndex();
    for (const one of [object('a', 'x'), object('b', 'x'), object('c', 'y'), object('d', undefined)])
      index.change({ key: keyOf(one), before: undefined, after: one });
    assert.deepEqual(namesOf(index.of('x')), ['a', 'b']);
    assert.deepEqual(namesOf(index.of('y')), ['c']);
    assert.deepEqual(index.of('z'), []);
  });

  it('follows an object whose group changes', () => {
    const index = newIndex();
    const before = object('a', 'x');
    const after = object('a', 'y');
    const key = keyOf(before);
    index.change({ key, before: undefined, after: before });
    index.change({ key, before, after });
    assert.deepEqual([namesOf(index.of('x')), namesOf(index.of('y'))], [[], ['a']]);
    index.change({ key, before: after, after: undefined });
    assert.deepEqual(index.of('y'), []);
  });

  it('is what a search through all objects would find, after any changes', () => {
    const group = fc.constantFrom('x', 'y', undefined);
    const change = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), group, isGone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = newIndex();
        const all = new Map<string, KubeObject>();
        for (const { name, group: its, isGone } of changes) {
          const after = isGone ? undefined : object(name, its);
          const key = keyOf(object(name, its));
          index.change({ key, before: all.get(key), after });
          if (after) all.set(key, after);
          else all.delete(key);
        }
        for (const each of ['x', 'y'])
          assert.deepEqual(
            namesOf(index.of(each)),
            namesOf([...all.values()].filter(({ metadata }) => metadata.labels?.['group'] === each)),
          );
      }),
    );
  });
});
