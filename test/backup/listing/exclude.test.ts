import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excludedBy } from '../../../src/backup/listing/exclude.ts';

test('nothing is excluded without globs', () => {
  assert.equal(excludedBy([])('Smith/.DS_Store'), false);
});

test('a glob names a path relative to the source, in any case, dot files included', () => {
  const isExcluded = excludedBy(['**/*.tmp', '**/.DS_Store', 'Archive/**']);
  for (const path of ['a.tmp', 'Smith/Mails/A.TMP', '.DS_Store', 'Smith/.ds_store', 'archive/old/x.pdf', 'Smith/.tmp'])
    assert.equal(isExcluded(path), true, path);
  for (const path of ['Smith/a.tmp.pdf', 'Smith/DS_Store', 'Smith/Archive/x.pdf', 'tmp'])
    assert.equal(isExcluded(path), false, path);
});
