import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../../src/backup/listing/plan.ts';
import { file, folder, planOf } from './plan-fixture.ts';

const keysOf = (plan: Plan): string[] => [...plan.entries()].map(({ key }) => key);

test('what was not applied again since a reading of its folder began is known, and nothing below other folders is', () => {
  const plan = planOf([
    folder('a'),
    file('a/1'),
    file('a/2'),
    folder('a/x'),
    file('a/x/3'),
    folder('a b'),
    file('a b/4'),
  ]);
  plan.beginReading();
  plan.apply([file('a/2')]);
  assert.deepEqual(
    [...plan.unread('a')].map(({ key }) => key),
    ['a/1', 'a/x'],
  );
  plan.apply([folder('a')]);
  assert.deepEqual(
    [...plan.unread('')].map(({ key }) => key),
    ['a b'],
  );
});

test('a name that is no text is known as one that was not applied again', () => {
  const nameless = { kind: 'unusable', path: 'a/\\xff', key: 'a/\0ff', reason: 'invalid_name' } as const;
  const plan = planOf([folder('a'), nameless, file('a/1')]);
  plan.beginReading();
  plan.apply([file('a/1')]);
  const [unread, ...more] = plan.unread('a');
  assert.deepEqual([unread?.entry, more.length], [nameless, 0]);
  plan.forget(unread?.key ?? '');
  assert.deepEqual(keysOf(plan), ['a', 'a/1']);
});

test('what was set aside is out of the plan, and back in its order once it is put back', () => {
  const plan = planOf([folder('a'), folder('a/x'), file('a/x/1'), file('a/x/2'), file('b')]);
  plan.setAside('a/x');
  assert.deepEqual(keysOf(plan), ['a', 'b']);
  plan.putBack();
  assert.deepEqual(keysOf(plan), ['a', 'a/x', 'a/x/1', 'a/x/2', 'b']);
});

test('what was set aside does not come back over, above or below what took its place', () => {
  const plan = planOf([folder('a'), file('a/1'), file('b'), file('c', { rev: 'old' }), file('d')]);
  for (const key of ['a', 'b', 'c', 'd']) plan.setAside(key);
  plan.apply([file('a'), file('b/new'), file('c', { rev: 'new' })]);
  plan.putBack();
  assert.deepEqual(
    [...plan.entries()].map((entry) => [entry.key, entry.kind === 'file' && entry.rev]),
    [
      ['a', 'rev-1'],
      ['b/new', 'rev-1'],
      ['c', 'new'],
      ['d', 'rev-1'],
    ],
  );
});

test('a listing that begins anew puts nothing back of the one before', () => {
  const plan = planOf([file('a')]);
  plan.setAside('a');
  plan.forget('');
  plan.apply([file('b')]);
  plan.putBack();
  assert.deepEqual(keysOf(plan), ['b']);
});
