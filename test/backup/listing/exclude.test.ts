import assert from 'node:assert/strict';
import { test } from 'node:test';
import { file, planOf } from './plan-fixture.ts';

/** Which of these files are left in a plan with these globs. */
function left(exclude: readonly string[], paths: readonly string[]): string[] {
  const plan = planOf(
    paths.map((path) => file(path)),
    exclude,
  );
  return [...plan.entries()].map(({ path }) => path).sort();
}

test('nothing is excluded without globs', () => {
  assert.deepEqual(left([], ['Smith/.DS_Store']), ['Smith/.DS_Store']);
});

test('a glob names a path relative to the source, in any case, dot files included', () => {
  const globs = ['**/*.tmp', '**/.DS_Store', 'Archive/**'];
  const out = ['a.tmp', 'Smith/Mails/A.TMP', '.DS_Store', 'Smith/.ds_store', 'archive/old/x.pdf', 'Smith/.tmp'];
  const kept = ['Smith/Archive/x.pdf', 'Smith/DS_Store', 'Smith/a.tmp.pdf', 'tmp'];
  assert.deepEqual(left(globs, [...out, ...kept]), kept);
});

test('a ! in a name is matched as itself', () => {
  const out = ['!a', 'Smith/!b', '!(1).txt'];
  assert.deepEqual(left(['\\!a', '**/!b', '\\!\\(1\\).txt'], [...out, 'a', 'Smith/b']), ['Smith/b', 'a']);
});
