import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenInventory } from '../../../src/repository/inventory.ts';
import type { StoredRecord } from '../../../src/repository/record.ts';
import { reasonToHold } from '../../../src/repository/retention/prune.ts';
import type { Series } from '../../../src/repository/series.ts';

const NOW = new Date('2026-11-23T03:20:00Z');

const SERIES: Series = { policy: 'nightly', source: { location: '/CASES' } };

/** Of a folder in which runs began on these days. */
function folder(days: readonly string[], unreadable: readonly string[] = []): SeenInventory {
  const records = days.map((day) => ({ record: { ...SERIES, startTime: `${day}T03:00:00.000Z` } }) as StoredRecord);
  return { backups: [], lost: [], records: { records, unreadable }, series: SERIES };
}

const held = (days: readonly string[], now = NOW, storeNow = now): string | undefined =>
  reasonToHold(folder(days), now, storeNow);

test('an ordinary night holds nothing back', () => {
  assert.equal(held(['2026-11-21', '2026-11-22', '2026-11-23']), undefined);
  assert.equal(held([]), undefined);
  assert.equal(held(['2026-11-23']), undefined);
});

test('a clock that differs from the store’s by more than five minutes, either way, holds everything back', () => {
  const off = (ms: number): string | undefined => held(['2026-11-22', '2026-11-23'], NOW, new Date(NOW.getTime() + ms));
  assert.equal(off(300_000), undefined);
  assert.match(off(300_001) ?? '', /the clock is doubtful: it differs from the store's by 300 s/);
  assert.match(off(-400_000) ?? '', /400 s/);
});

test('a run record that can’t be read holds everything back: it may speak for any backup', () => {
  const unreadable = ['20261122T030000Z-6f2c91aa.json'];
  assert.match(reasonToHold(folder(['2026-11-22'], unreadable), NOW, NOW) ?? '', /run records can't be read: 1/);
});

test('a night that comes after more than seven quiet days deletes nothing, whoever else has run in the folder', () => {
  assert.match(held(['2026-11-14', '2026-11-15']) ?? '', /8 days without a run on record, then runs of 1 day/);
  const { records, ...rest } = folder(['2026-11-15']);
  const other = { record: { policy: 'other', source: SERIES.source, startTime: NOW.toISOString() } } as StoredRecord;
  const shared = { ...rest, records: { ...records, records: [...records.records, other] } };
  assert.match(reasonToHold(shared, NOW, NOW) ?? '', /8 days without a run on record/);
});
