import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptNights, lastNight } from '../../../src/backup/guards/baseline.ts';
import type { Night } from '../../../src/backup/night.ts';
import type { Home } from '../../../src/repository/home.ts';
import type { Inventory } from '../../../src/repository/inventory.ts';
import type { StoredRecord } from '../../../src/repository/record.ts';
import type { Series } from '../../../src/repository/series.ts';

const SERIES: Series = {
  policy: 'nightly',
  source: { location: '/CASES', root: '/cases', account: 'dbid:1', namespace: '7' },
};
const NOW = new Date('2026-11-23T03:00:00Z');

interface Change {
  readonly policy?: string;
  readonly namespace?: string;
  readonly failed?: true;
  readonly home?: Home;
}

/** A night that began so many days ago and listed so many files. */
function night(
  daysAgo: number,
  files: number,
  { policy = 'nightly', namespace = '7', failed, home }: Change = {},
): StoredRecord {
  const startTime = new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString();
  const totals = { cases: 1, files, bytes: files };
  const source = { ...SERIES.source, namespace, ...(!failed && { totals }) };
  const made = failed ? {} : { archives: [{}] };
  const record = {
    state: 'finished',
    runId: startTime,
    policy,
    startTime,
    source,
    ...(home && { home }),
    ...made,
    report: {},
  };
  return { record } as unknown as StoredRecord;
}

function inventory(...nights: readonly StoredRecord[]): Inventory {
  const records = nights.toSorted((a, b) => (a.record.runId < b.record.runId ? -1 : 1));
  return { backups: [], lost: [], records: { records, unreadable: [] } };
}

const compared = (...nights: readonly StoredRecord[]): number | undefined =>
  lastNight(SERIES, inventory(...nights), NOW)?.totals.files;

test('tonight is compared with the newest night of its own series that made a backup', () => {
  assert.equal(compared(night(2, 200), night(1, 100)), 100);
  assert.equal(compared(night(2, 200), night(1, 100, { failed: true })), 200);
  assert.equal(compared(night(2, 200), night(1, 100, { policy: 'other' })), 200);
  assert.equal(compared(night(2, 200), night(1, 100, { namespace: '8' })), 200);
  assert.equal(compared(), undefined);
});

test('before its first night stands the same path in another namespace, then the same source of another policy', () => {
  assert.equal(compared(night(2, 200, { namespace: '8' }), night(1, 100, { policy: 'former' })), 200);
  assert.equal(compared(night(1, 100, { policy: 'former' })), 100);
  assert.equal(compared(night(1, 100, { policy: 'former', namespace: '8' })), undefined);
});

test('a night that was dated ahead by a wrong clock is not the last one for months', () => {
  assert.equal(compared(night(1, 100), night(-200, 500)), 100);
  assert.equal(compared(night(-200, 500)), 500, 'where all lie ahead, it is tonight’s clock that is wrong');
});

test('kept nights are those whose backups stand, and those within the days that the policy keeps', () => {
  const [old, standing, recent] = [night(90, 1), night(60, 2), night(20, 3)];
  const all = { ...inventory(old, standing, recent), backups: [{ proof: standing }] } as unknown as Inventory;
  const tonight = { start: NOW, spec: { retention: { keepDays: 30 } } } as Night;
  assert.deepEqual(
    keptNights(SERIES, all, tonight).map(({ files }) => files),
    [2, 3],
  );
});

const here: Home = { uid: 'p1', namespace: 'east', installation: 'c1' };
const elsewhere: Home = { uid: 'p2', namespace: 'east', installation: 'c2' };
const atHome = (...nights: readonly StoredRecord[]): number | undefined =>
  lastNight({ ...SERIES, home: here }, inventory(...nights), NOW)?.totals.files;

test('a night of the policy of that name elsewhere counts only where no own one stands, and before one of another name', () => {
  assert.equal(atHome(night(2, 200, { home: here }), night(1, 100, { home: elsewhere })), 200);
  assert.equal(atHome(night(2, 200), night(1, 100, { home: elsewhere })), 200);
  assert.equal(atHome(night(2, 200, { home: elsewhere }), night(1, 100, { policy: 'former', home: here })), 200);
});

test('where the policy’s own namespace has changed, no policy elsewhere stands in for its nights', () => {
  assert.equal(atHome(night(2, 200, { namespace: '8', home: here }), night(1, 100, { home: elsewhere })), 200);
});

test('the largest of the kept nights is one of its own, or of the policy elsewhere where it has none', () => {
  const tonight = { start: NOW, spec: { retention: { keepDays: 30 } } } as Night;
  const kept = (...nights: readonly StoredRecord[]): number[] =>
    keptNights({ ...SERIES, home: here }, inventory(...nights), tonight).map(({ files }) => files);
  assert.deepEqual(kept(night(3, 300, { home: elsewhere }), night(2, 200, { home: here })), [200]);
  assert.deepEqual(kept(night(3, 300, { home: elsewhere }), night(2, 200, { policy: 'former' })), [300]);
});
