import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backup } from '../../../src/repository/inventory.ts';
import { planRetention } from '../../../src/repository/retention/retention.ts';
import { dueForReading, lastRead, unreadAmongKept } from '../../../src/repository/verify/reading-due.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1, 3);
const on = (day: number): Date => new Date(START + day * DAY_MS);

interface Change {
  readonly status?: Backup['status'];
  readonly readOn?: number;
  readonly damagedOn?: number;
  readonly contentHash?: string;
}

/** Made and verified on that day, in a folder. */
function made(day: number, { status = 'verified', readOn, damagedOn, contentHash }: Change = {}): Backup {
  const record = {
    report: { verification: { level: 'Standard', timestamp: on(day).toISOString() } },
    ...(readOn !== undefined && { readTime: on(readOn).toISOString() }),
    ...(damagedOn !== undefined && { damagedTime: on(damagedOn).toISOString() }),
  };
  return { name: `${day}`, date: on(day), status, file: { contentHash }, proof: { record } } as unknown as Backup;
}

const due = (backups: readonly Backup[], day: number): string[] =>
  dueForReading(backups, on(day)).map(({ name }) => name);

test('over a year of nights every backup is read again before thirty days are over, and about one each night', () => {
  let stored: Backup[] = [];
  let readings = 0;
  for (let day = 0; day < 365; day++) {
    stored = [...stored, made(day)].slice(-90);
    for (const name of due(stored, day)) {
      readings += 1;
      stored = stored.map((backup) => (backup.name === name ? made(Number(name), { readOn: day }) : backup));
    }
    for (const backup of stored) {
      const unread = (on(day).getTime() - Date.parse(lastRead(backup) ?? '')) / DAY_MS;
      assert.ok(unread < 30, `${backup.name} was not read for ${unread} days on day ${day}`);
    }
  }
  assert.ok(readings <= 3 * 365, `${readings} readings`);
});

test('the longest unread come first, one of which only the time differs before all', () => {
  const backups = [
    made(0, { readOn: 25 }),
    made(1),
    made(2, { readOn: 24 }),
    made(3, { status: 'retimed', readOn: 29 }),
  ];
  assert.deepEqual(due(backups, 29.9), ['3']);
  assert.deepEqual(due(backups, 30), ['3', '1']);
});

test('what was read tonight, what others made, and what the store hashes itself is not read', () => {
  assert.deepEqual(due([made(40), made(0, { status: 'foreign' }), made(0, { status: 'altered' })], 40), []);
  assert.deepEqual(due([made(0, { contentHash: 'ab'.repeat(32) })], 40), []);
});

test('a damaged backup has its turn again like all others', () => {
  const damaged = made(0, { status: 'damaged', damagedOn: 10 });
  assert.deepEqual(due([damaged, made(39)], 39), ['0']);
  assert.deepEqual(due([damaged], 10.1), []);
});

test('a deletion that relies on backups which nobody has read for five weeks has to wait', () => {
  const rules = { keepDays: 10, minimumBackups: 3, maxDeletionsPerRun: 10 };
  const unread = (backups: readonly Backup[]): number =>
    unreadAmongKept(planRetention(backups, rules, on(100)), backups, on(100));
  const days = [60, 61, 62, 80, 98, 99, 100];
  assert.equal(unread(days.map((day) => made(day))), 0);
  assert.equal(unread([made(60), made(61), made(62), made(99), made(100)]), 1, 'the third newest is of day 62');
  assert.equal(unread([made(60), made(61), made(62, { readOn: 90 }), made(99), made(100)]), 0);
});
