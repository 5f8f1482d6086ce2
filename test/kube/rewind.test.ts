import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewindWatch } from '../../src/kube/rewind.ts';

test('versions that go back are noticed, once for each time', () => {
  let rewinds = 0;
  const saw = rewindWatch(() => rewinds++);
  for (const version of ['7', '9', '9', '10', undefined, 'x', '1000000000000000000000']) saw(version);
  assert.equal(rewinds, 0);
  for (const version of ['8', '9', '11']) saw(version);
  assert.equal(rewinds, 1);
  saw('10');
  assert.equal(rewinds, 2);
});
