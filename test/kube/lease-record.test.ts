import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldRecord, type LeaseObject, nextStep, observe, releasedRecord } from '../../src/kube/lease-record.ts';

const at = new Date('2026-11-23T03:00:00.123Z');

function aLease(spec: LeaseObject['spec'] & object, resourceVersion = '1'): LeaseObject {
  return { metadata: { name: 'controller', namespace: 'office', resourceVersion }, spec };
}

const heldByB = { holderIdentity: 'b', leaseDurationSeconds: 15, renewTime: '2026-11-23T02:59:59.000000Z' };

test('without a lease one is made', () => {
  assert.deepEqual(nextStep(undefined, observe(undefined, undefined, 0), 0, 'a'), { do: 'create' });
});

test('its holder renews it, however old it is', () => {
  const lease = aLease({ ...heldByB, renewTime: '1999-01-01T00:00:00.000000Z' });
  const seen = observe(lease, undefined, 0);
  assert.deepEqual(nextStep(lease, seen, 1e9, 'b'), { do: 'renew' });
});

test('a released lease is taken at once', () => {
  const lease = aLease(releasedRecord(heldByB, at));
  assert.deepEqual(nextStep(lease, observe(lease, undefined, 0), 0, 'a'), { do: 'take' });
});

test('another holder is judged by how long its record was seen unchanged, not by the times in it', () => {
  const lease = aLease({ ...heldByB, renewTime: '1999-01-01T00:00:00.000000Z' });
  const seen = observe(lease, undefined, 1_000);
  assert.deepEqual(nextStep(lease, seen, 1_000, 'a'), { do: 'wait', holder: 'b', runsOutAt: 16_000 });
  assert.deepEqual(nextStep(lease, seen, 15_999, 'a'), { do: 'wait', holder: 'b', runsOutAt: 16_000 });
  assert.deepEqual(nextStep(lease, seen, 16_000, 'a'), { do: 'take' });
});

test('a renewal seen in between begins the wait anew, another field of the object does not', () => {
  const first = observe(aLease(heldByB), undefined, 0);
  const labelled = observe(aLease(heldByB, '2'), first, 5_000);
  assert.equal(labelled.seenAt, 0);
  const renewed = observe(aLease({ ...heldByB, renewTime: '2026-11-23T03:00:01.000000Z' }), labelled, 10_000);
  assert.equal(renewed.seenAt, 10_000);
});

test('a renewal keeps since when, a takeover counts a transition', () => {
  const holder = { identity: 'b', durationMs: 15_000, now: at };
  const own = heldRecord({ ...heldByB, acquireTime: 'then', leaseTransitions: 3 }, holder);
  assert.deepEqual(own, {
    holderIdentity: 'b',
    leaseDurationSeconds: 15,
    acquireTime: 'then',
    renewTime: '2026-11-23T03:00:00.123000Z',
    leaseTransitions: 3,
  });
  const taken = heldRecord({ ...heldByB, acquireTime: 'then', leaseTransitions: 3 }, { ...holder, identity: 'a' });
  assert.equal(taken.acquireTime, '2026-11-23T03:00:00.123000Z');
  assert.equal(taken.leaseTransitions, 4);
  assert.equal(heldRecord(undefined, holder).leaseTransitions, 0);
});
