import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backup, Inventory } from '../../src/repository/inventory.ts';
import { backupDate } from '../../src/repository/names.ts';
import { reasonToHold } from '../../src/repository/prune.ts';
import type { BackupStatus } from '../../src/repository/retention.ts';

const NOW = new Date('2026-11-23T03:20:00Z');

function inventory(dates: readonly string[], change: { status?: BackupStatus; unreadable?: string[] } = {}): Inventory {
  const backups = dates.map((date) => {
    const name = `${date}_backup.zip`;
    return { name, date: backupDate(name), status: change.status ?? 'verified' } as Backup;
  });
  return { backups, lost: [], records: { records: [], unreadable: change.unreadable ?? [] } };
}

const held = (dates: readonly string[], now = NOW, storeNow = now): string | undefined =>
  reasonToHold(inventory(dates), now, storeNow);

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
  assert.match(reasonToHold(inventory(['2026-11-23'], { unreadable }), NOW, NOW) ?? '', /run records can't be read: 1/);
});

test('a newest backup from the future, or one more than a year after the one before, holds everything back', () => {
  assert.match(held(['2026-11-23', '2026-11-26']) ?? '', /dated 2026-11-26, in the future/);
  assert.equal(held(['2026-11-23', '2026-11-25']), undefined);
  assert.match(held(['2025-11-21', '2026-11-23']) ?? '', /more than a year/);
  assert.equal(held(['2025-11-22', '2026-11-23']), undefined);
});

test('what is not verified does not count as newest', () => {
  const future = inventory(['2027-01-01', '2027-01-02'], { status: 'unproven' });
  assert.equal(reasonToHold(future, NOW, NOW), undefined);
});
