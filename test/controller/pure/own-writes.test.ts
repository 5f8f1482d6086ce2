import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CachedPolicy } from '../../../src/controller/policy/cached-policy.ts';
import { ownWrites } from '../../../src/controller/policy/own-writes.ts';
import { aCachedPolicy } from './a-stored-policy.ts';

function at(resourceVersion: string, uid = 'uid-of-policy'): CachedPolicy {
  const policy = aCachedPolicy();
  return { ...policy, metadata: { ...policy.metadata, resourceVersion, uid } };
}

describe('A policy that was just written', () => {
  it('is taken for the newest until the watch has brought it back', () => {
    const writes = ownWrites();
    const written = at('10');
    writes.wrote(written);
    assert.deepEqual(writes.newest(at('9')), written);
    const returned = at('10');
    assert.deepEqual(writes.newest(returned), returned);
  });

  it('is compared by number: version 9 comes before 10, and both before one beyond 2^53', () => {
    const writes = ownWrites();
    const written = at('9007199254740993');
    writes.wrote(written);
    assert.deepEqual(writes.newest(at('9007199254740992')), written);
  });

  it('gives way to what somebody has written since', () => {
    const writes = ownWrites();
    writes.wrote(at('10'));
    const edited = at('11');
    assert.deepEqual(writes.newest(edited), edited);
    const older = at('9');
    assert.deepEqual(writes.newest(older), older, 'it was kept although the watch had gone past it');
  });

  it('is not the policy of the same name that has taken its place', () => {
    const writes = ownWrites();
    writes.wrote(at('10'));
    const successor = at('9', 'another');
    assert.deepEqual(writes.newest(successor), successor);
  });

  it('is forgotten with the policy', () => {
    const writes = ownWrites();
    writes.wrote(at('10'));
    writes.forget('cases/nightly');
    const cached = at('9');
    assert.deepEqual(writes.newest(cached), cached);
  });
});
