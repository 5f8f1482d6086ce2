import assert from 'node:assert/strict';
import { test } from 'node:test';
import { file, folder, planOf } from './plan-fixture.ts';

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

test('what is excluded is counted once, however often it is listed, and not when it is gone', () => {
  const plan = planOf([file('Smith/a.tmp'), file('Smith/b.tmp'), file('Smith/c.pdf')], ['**/*.tmp']);
  assert.equal(plan.countExcluded(), 2);
  plan.apply([file('Smith/a.tmp', { rev: 'rev-2' }), { kind: 'deleted', key: 'Smith/b.tmp' }]);
  assert.deepEqual([plan.countExcluded(), plan.countFiles()], [1, 1]);
  plan.forget('Smith');
  assert.equal(plan.countExcluded(), 0);
  assert.equal(planOf([file('a.tmp')]).countExcluded(), 0);
});

test('a folder that is left out whole counts as one, or as the files below it where they were listed', () => {
  const unopened = [folder('Old'), folder('Old stock'), folder('Smith'), file('Smith/a.pdf')];
  assert.equal(planOf(unopened, ['Old/**', 'Old stock/**']).countExcluded(), 2);
  const listed = [...unopened, file('Old/a.pdf'), file('Old/b/c.pdf')];
  assert.equal(planOf(listed, ['Old/**', 'Old stock/**']).countExcluded(), 3);
});
