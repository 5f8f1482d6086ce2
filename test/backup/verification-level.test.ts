import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf } from '../../src/backup/verification-level.ts';
import type { SeenInventory } from '../../src/repository/inventory.ts';
import type { StoredRecord } from '../../src/repository/record.ts';
import type { Series } from '../../src/repository/series.ts';

const SERIES: Series = { policy: 'nightly', source: { location: '/CASES' } };
const NOW = new Date('2026-11-23T03:00:00Z');

interface Check {
  readonly level?: 'Standard' | 'Full';
  readonly hoursAgo: number;
  readonly policy?: string;
  readonly passed?: boolean;
}

const checked = ({ level = 'Full', hoursAgo, policy = 'nightly', passed = true }: Check): StoredRecord => {
  const verification = {
    backup_file_exists: true,
    manifest_valid: true,
    cases_match: passed,
    size_reasonable: passed,
    timestamp: new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString(),
    level,
  };
  return { record: { ...SERIES, policy, report: { verification } } } as StoredRecord;
};

const seenOf = (records: readonly StoredRecord[]): SeenInventory => ({
  backups: [],
  lost: [],
  records: { records, unreadable: [] },
  series: SERIES,
});

const tonight = (fullEvery: number | undefined, ...checks: readonly Check[]): string =>
  levelOf({ level: 'Standard', fullEvery }, seenOf(checks.map(checked)), NOW);

test('a night is checked as Full when the last full check is as many days old as the policy says', () => {
  assert.equal(tonight(7, { hoursAgo: 6 * 24 }), 'Standard');
  assert.equal(tonight(7, { hoursAgo: 7 * 24 }), 'Full');
  assert.equal(tonight(7, { hoursAgo: 7 * 24 - 1 }), 'Full');
  assert.equal(tonight(1, { hoursAgo: 23 }), 'Full');
  assert.equal(tonight(7, { hoursAgo: 30 * 24 }, { hoursAgo: 24 }), 'Standard');
});

test('a night is checked as Full where no full check of its own backups has passed', () => {
  assert.equal(tonight(7), 'Full');
  assert.equal(tonight(7, { hoursAgo: 24, level: 'Standard' }), 'Full');
  assert.equal(tonight(7, { hoursAgo: 24, policy: 'closed' }), 'Full');
  assert.equal(tonight(7, { hoursAgo: 24, passed: false }), 'Full');
});

test('without fullEvery the level is the policy’s', () => {
  assert.equal(tonight(undefined), 'Standard');
  assert.equal(levelOf({ level: 'Full' }, seenOf([]), NOW), 'Full');
});
