import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../../src/backup/listing/plan.ts';
import type { FileEntry } from '../../../src/store/store.ts';
import { file, folder, planOf } from './plan-fixture.ts';

function withoutIdAndHash({ id: _, contentHash: __, ...entry }: FileEntry): FileEntry {
  return entry;
}

const never = new AbortController().signal;

const keysOf = (plan: Plan): string[] => [...plan.entries()].map(({ key }) => key);

test('rows come case by case, a folder right before what it holds, whatever the order of the listing', () => {
  const entries = [
    file('a b/2'),
    file('a/x/3'),
    folder('a b'),
    file('a/1'),
    file('a.txt'),
    folder('a'),
    file('a/x.txt'),
  ];
  assert.deepEqual(keysOf(planOf(entries)), ['a', 'a/1', 'a/x/3', 'a/x.txt', 'a b', 'a b/2', 'a.txt']);
});

test('what the plan gives back is what was listed, of every kind', () => {
  const listed = [
    file('a/1', { exportedAs: '.docx', size: 0 }),
    { ...folder('b'), id: 'id:b' },
    { kind: 'unusable', path: 'c \\x00', key: 'c', reason: 'invalid_name' },
    withoutIdAndHash(file('d')),
  ] as const;
  assert.deepEqual([...planOf(listed).entries()], [...listed]);
});

test('a later entry for a key replaces the earlier one', () => {
  const plan = planOf([file('a/1', { rev: 'old' }), folder('b'), file('a/1', { rev: 'new' }), file('b')]);
  assert.deepEqual(
    [...plan.entries()].map((entry) => [entry.key, entry.kind === 'file' && entry.rev]),
    [
      ['a/1', 'new'],
      ['b', 'rev-1'],
    ],
  );
});

test('forgetting a folder forgets it with all below it, and not its neighbors that begin alike', () => {
  const plan = planOf([
    folder('a'),
    file('a/1'),
    file('a/x/2'),
    file('a b'),
    file('ab/3'),
    file('a-/4'),
    file('a\u0001/5'),
  ]);
  plan.forget('a');
  assert.deepEqual(keysOf(plan).sort(), ['a\u0001/5', 'a b', 'a-/4', 'ab/3'].sort());
  plan.forget('');
  assert.equal(plan.countFiles(), 0);
});

test('a deletion removes a whole subtree, and what is listed after it stays', () => {
  const plan = planOf([file('a/1'), file('a/2'), { kind: 'deleted', key: 'a' }, file('a/3')]);
  assert.deepEqual(keysOf(plan), ['a/3']);
});

test('a file that was seen at two places stays at the one that it was seen to move to last', async () => {
  const plan = planOf([file('a/1', { id: 'id:x' }), file('b/1', { id: 'id:x' }), file('c/1', { id: 'id:y' })]);
  plan.moved('id:x', 'a/1');
  plan.moved('id:x', 'b/1');
  await plan.settleMoves(never);
  assert.deepEqual(keysOf(plan), ['b/1', 'c/1']);
});

test('only files are counted, and what is excluded is not in the plan', () => {
  const plan = planOf(
    [folder('a'), file('a/1'), file('a/2.tmp'), { kind: 'unusable', path: 'a/3', key: 'a/3', reason: 'special_file' }],
    ['**/*.tmp'],
  );
  assert.equal(plan.countFiles(), 1);
  assert.deepEqual(keysOf(plan), ['a', 'a/1', 'a/3']);
});

test('moves are settled in every part of a large plan, and a signal ends it', async () => {
  const many = Array.from({ length: 12_000 }, (_, n) => file(`Case ${n % 7}/${n}`));
  const plan = planOf(many);
  for (const { id = '', key } of many) {
    const isMoved = id.endsWith('0');
    if (isMoved) plan.apply([file(`moved/${key}`, { id })]);
    if (isMoved) plan.moved(id, `moved/${key}`);
  }
  await plan.settleMoves(never);
  assert.equal(plan.countFiles(), many.length);
  assert.deepEqual(
    keysOf(plan).filter((key) => key.startsWith('Case') && key.endsWith('0')),
    [],
  );
  plan.forget('');
  plan.apply(many);
  await plan.settleMoves(AbortSignal.abort(new Error('none is left to settle')));
  plan.close();
});
