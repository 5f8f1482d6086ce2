import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nightsLeft } from '../../src/backup/nights-left.ts';

const quota = (usedBytes: number, allocatedBytes: number) => ({
  usedBytes,
  allocatedBytes,
  checkedTime: '2026-11-23T03:20:00.000Z',
});

test('counts the whole backups that still fit', () => {
  assert.equal(nightsLeft(quota(700, 1000), 100), 3);
  assert.equal(nightsLeft(quota(701, 1000), 100), 2);
  assert.equal(nightsLeft(quota(901, 1000), 100), 0);
});

test('an account that is over its quota has room for none', () => {
  assert.equal(nightsLeft(quota(2000, 1000), 100), 0);
});

test('says nothing without a backup, and nothing where the space was not measured', () => {
  assert.equal(nightsLeft(quota(700, 1000), undefined), undefined);
  assert.equal(nightsLeft(quota(700, 1000), 0), undefined);
  assert.equal(nightsLeft(undefined, 100), undefined);
});

test('so many backups fit and not one more, whatever the sizes', () => {
  const bytes = fc.integer({ min: 1, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(bytes, bytes, bytes, (used, allocated, archive) => {
      const nights = nightsLeft(quota(used, allocated), archive) ?? -1;
      const free = Math.max(0, allocated - used);
      assert.ok(nights * archive <= free && free < (nights + 1) * archive);
    }),
  );
});
