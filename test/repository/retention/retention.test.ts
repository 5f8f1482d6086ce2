import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BackupStatus, planRetention, type RetainedBackup } from '../../../src/repository/retention/retention.ts';

const DAY = 86_400_000;
const EPOCH = Date.UTC(2026, 0, 1);
/** All of these are past. */
const LATER = new Date(Date.UTC(2100, 0, 1));
const RULES = { keepDays: 30, minimumBackups: 7, maxDeletionsPerRun: 10 };

const nightly = (day: number, status: BackupStatus = 'verified'): RetainedBackup => {
  const date = new Date(EPOCH + day * DAY);
  return { name: `${date.toISOString().slice(0, 10)}_backup.zip`, date, status };
};

const backupArbitrary = fc.record({
  day: fc.integer({ min: 0, max: 400 }),
  second: fc.integer({ min: 0, max: 2 }),
  status: fc.constantFrom<BackupStatus>('verified', 'verified', 'verified', 'incomplete', 'unproven', 'altered'),
});
const backups = fc
  .uniqueArray(backupArbitrary, { maxLength: 60, selector: ({ day, second }) => `${day} ${second}` })
  .map((list) =>
    list.map(({ day, second, status }): RetainedBackup => {
      const date = new Date(EPOCH + day * DAY + second * 1000);
      return { name: `${date.toISOString()}_backup.zip`, date, status };
    }),
  );
const rules = fc.record({
  keepDays: fc.integer({ min: 1, max: 60 }),
  minimumBackups: fc.integer({ min: 1, max: 12 }),
  maxDeletionsPerRun: fc.integer({ min: 1, max: 15 }),
});

test('retention never endangers what it must keep, over 100,000 random histories', () => {
  fc.assert(
    fc.property(backups, rules, (list, chosen) => {
      const plan = planRetention(list, chosen, LATER);
      const byName = new Map(list.map((backup) => [backup.name, backup]));
      const expired = [...plan.drop, ...plan.pending].map((name) => byName.get(name));
      const verified = list.filter((b) => b.status === 'verified').sort((a, b) => b.date.getTime() - a.date.getTime());
      const newest = verified[0];

      assert.ok(plan.drop.length <= chosen.maxDeletionsPerRun);
      assert.equal(plan.keep.length + expired.length, list.length);
      for (const backup of expired) {
        assert.ok(backup && newest, 'something is only ever deleted when a verified backup stands');
        assert.notEqual(backup, newest);
        assert.ok(backup.status === 'verified' || backup.status === 'incomplete');
        assert.ok(backup.date.getTime() <= newest.date.getTime() - chosen.keepDays * DAY, 'inside the window');
      }
      const left = verified.filter((backup) => !expired.includes(backup));
      assert.ok(left.length >= Math.min(chosen.minimumBackups, verified.length), 'below the floor');
      const windowStart = (newest?.date.getTime() ?? 0) - chosen.keepDays * DAY;
      if (verified.some((b) => b.date.getTime() <= windowStart)) {
        assert.ok(
          left.some((b) => b.date.getTime() <= windowStart),
          'none left at or beyond the window',
        );
      }
    }),
    { numRuns: 100_000 },
  );
});

test('retention does not depend on the order in which the backups were listed', () => {
  fc.assert(
    fc.property(backups, rules, fc.infiniteStream(fc.nat()), (list, chosen, random) => {
      const shuffled = list
        .map((backup) => ({ backup, place: random.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ backup }) => backup);
      assert.deepEqual(planRetention(shuffled, chosen, LATER), planRetention(list, chosen, LATER));
    }),
    { numRuns: 100_000 },
  );
});

test('nights that failed, and nights that were incomplete, make no verified backup deletable, over 100,000 histories', () => {
  const unverified = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 800 }),
      status: fc.constantFrom<BackupStatus>('incomplete', 'unproven', 'altered'),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(backups, rules, unverified, (list, chosen, failed) => {
      const expiredOf = (all: readonly RetainedBackup[]): Set<string> => {
        const { drop, pending } = planRetention(all, chosen, LATER);
        return new Set([...drop, ...pending]);
      };
      const later = failed.map(
        ({ day, status }, n): RetainedBackup => ({ ...nightly(day, status), name: `failed ${n}` }),
      );
      const [before, after] = [expiredOf(list), expiredOf([...list, ...later])];
      for (const { name } of list) assert.equal(after.has(name), before.has(name), name);
    }),
    { numRuns: 100_000 },
  );
});

test('losing verified backups by other hands makes no other one deletable', () => {
  fc.assert(
    fc.property(backups, rules, fc.infiniteStream(fc.boolean()), (list, chosen, random) => {
      const [newest] = list
        .filter(({ status }) => status === 'verified')
        .sort((a, b) => b.date.getTime() - a.date.getTime());
      const left = list.map((backup) =>
        backup !== newest && random.next().value ? { ...backup, status: 'altered' as const } : backup,
      );
      const expired = ({ drop, pending }: ReturnType<typeof planRetention>): string[] => [...drop, ...pending];
      const before = new Set(expired(planRetention(list, chosen, LATER)));
      for (const name of expired(planRetention(left, chosen, LATER))) assert.ok(before.has(name), name);
    }),
    { numRuns: 100_000 },
  );
});

test('over whole histories of good nights and streaks of up to 400 failed ones, the newest and the floor are left', () => {
  const streaks = fc.array(
    fc.record({ good: fc.integer({ min: 1, max: 60 }), failed: fc.integer({ min: 0, max: 400 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(streaks, rules, (history, chosen) => {
      let stored: RetainedBackup[] = [];
      let day = 0;
      let made = 0;
      for (const { good, failed } of history) {
        for (const last = day + good; day < last; day++) {
          made += 1;
          stored.push(nightly(day));
          const { drop } = planRetention(stored, chosen, LATER);
          assert.ok(drop.length <= chosen.maxDeletionsPerRun);
          stored = stored.filter(({ name }) => !drop.includes(name));
          assert.equal(stored.at(-1)?.name, nightly(day).name);
          assert.ok(stored.length >= Math.min(made, chosen.minimumBackups));
        }
        day += failed;
      }
    }),
    { numRuns: 400 },
  );
});

test('applying a plan again and again ends, and what is left is exactly what the plan keeps', () => {
  fc.assert(
    fc.property(backups, rules, (list, chosen) => {
      let left = list;
      for (let round = 0; ; round++) {
        const { drop, keep } = planRetention(left, chosen, LATER);
        if (drop.length === 0) {
          assert.deepEqual(new Set(keep.map(({ name }) => name)), new Set(left.map(({ name }) => name)));
          return;
        }
        assert.ok(round < 60, 'does not end');
        left = left.filter(({ name }) => !drop.includes(name));
      }
    }),
    { numRuns: 5000 },
  );
});

test('a year of good nights settles at 31: thirty days and the one at the edge of the window', () => {
  let stored: RetainedBackup[] = [];
  for (let day = 0; day < 365; day++) {
    stored = [...stored, nightly(day)];
    const { drop } = planRetention(stored, RULES, LATER);
    stored = stored.filter(({ name }) => !drop.includes(name));
  }
  assert.equal(stored.length, 31);
  assert.equal(stored[0]?.name, nightly(334).name);
});

test('forty failed nights delete nothing, and the first good one afterwards at most the cap', () => {
  const before = Array.from({ length: 31 }, (_, day) => nightly(day));
  assert.deepEqual(planRetention(before, RULES, LATER).drop, []);
  const after = planRetention([...before, nightly(71)], RULES, LATER);
  assert.equal(after.drop.length, 10);
  assert.deepEqual(
    after.drop,
    before.slice(0, 10).map(({ name }) => name),
  );
  assert.equal(after.pending.length, 15);
});

test('says why each backup is kept', () => {
  const plan = planRetention(
    [nightly(0), nightly(20), nightly(40, 'altered'), nightly(100)],
    {
      ...RULES,
      minimumBackups: 1,
    },
    LATER,
  );
  const reasons = Object.fromEntries(plan.keep.map(({ name, reasons: list }) => [name, list]));
  assert.deepEqual(reasons[nightly(100).name], ['inside the window', 'among the newest verified']);
  assert.deepEqual(reasons[nightly(40).name], ['not proven to be ours to delete']);
  assert.deepEqual(reasons[nightly(20).name], ['verified at or beyond the window']);
  assert.deepEqual(plan.drop, [nightly(0).name]);
});

test('without any verified backup nothing is deleted, however old', () => {
  const plan = planRetention(
    [nightly(0, 'incomplete'), nightly(300, 'unproven'), nightly(390, 'incomplete')],
    RULES,
    LATER,
  );
  assert.deepEqual([plan.drop, plan.pending], [[], []]);
});
