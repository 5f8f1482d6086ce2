import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Backup, type Inventory, seenBy } from '../../../src/repository/inventory.ts';
import { planRetention } from '../../../src/repository/retention/retention.ts';
import type { Series } from '../../../src/repository/series.ts';

const DAY_MS = 86_400_000;
const LATER = new Date(Date.UTC(2100, 0, 1));
const RULES = { keepDays: 30, minimumBackups: 10, maxDeletionsPerRun: 10 };

const seriesCalled = (policy: string): Series => ({ policy, source: { location: `/${policy}` } });

/** Of one name, over folders of one path, as two offices have it that took the same example. */
const seriesIn = (installation: string, namespace = 'office'): Series => ({
  ...seriesCalled('nightly'),
  home: { uid: `policy of ${installation}/${namespace}`, namespace, installation },
});

const sameSeries = (backup: Backup, { policy, home }: Series): boolean =>
  backup.proof?.record.policy === policy && backup.proof.record.home?.uid === home?.uid;

function backupOf({ policy, source, home }: Series, day: number, minute: number, status: Backup['status']): Backup {
  const date = new Date(Date.UTC(2026, 0, 1) + day * DAY_MS + minute * 60_000);
  const runId = `${date.toISOString()} ${home?.uid ?? policy}`;
  const proof = { record: { policy, source, ...(home && { home }), runId } } as Backup['proof'];
  return { name: runId, date, status, proof } as Backup;
}

/** One night of one policy in the folder of all: its backup comes to stand, and its own retention follows. */
function afterNight(backups: readonly Backup[], made: Backup, series: Series, rules: typeof RULES): readonly Backup[] {
  const all = [...backups, made];
  if (made.status !== 'verified') return all;
  const inventory: Inventory = { backups: all, lost: [], records: { records: [], unreadable: [] } };
  const { drop } = planRetention(seenBy(series, inventory).backups, rules, LATER);
  return all.filter(({ name }) => !drop.includes(name));
}

const verifiedOf = (backups: readonly Backup[], series: Series): Backup[] =>
  backups.filter((backup) => backup.status === 'verified' && sameSeries(backup, series));

for (const [whose, a, b] of [
  ['another one', seriesCalled('a'), seriesCalled('b')],
  ['one of the same name in another cluster', seriesIn('1'), seriesIn('2')],
  ['one of the same name in another namespace', seriesIn('1', 'east'), seriesIn('1', 'west')],
] as const) {
  test(`ten backups of a policy that fails for fifty nights stay while ${whose} succeeds sixty times`, () => {
    let stored: readonly Backup[] = [];
    for (let day = 0; day < 60; day++) {
      if (day < 10) stored = afterNight(stored, backupOf(a, day, 0, 'verified'), a, RULES);
      stored = afterNight(stored, backupOf(b, day, 1, 'verified'), b, RULES);
    }
    assert.equal(verifiedOf(stored, a).length, 10);
    assert.equal(verifiedOf(stored, b).length, 31);
  });
}

for (const [whose, policies] of [
  ['several policies', ['a', 'b', 'c'].map(seriesCalled)],
  [
    'policies of one name in several clusters and namespaces',
    [seriesIn('1', 'east'), seriesIn('1', 'west'), seriesIn('2', 'east'), seriesCalled('a')],
  ],
] as const) {
  test(`what a policy keeps in a shared folder is what it would keep alone, over random nights of ${whose}`, () => {
    const night = fc.record({
      policy: fc.nat({ max: policies.length - 1 }),
      days: fc.integer({ min: 0, max: 3 }),
      status: fc.constantFrom<Backup['status']>('verified', 'verified', 'verified', 'incomplete'),
    });
    const rules = fc.record({
      keepDays: fc.integer({ min: 1, max: 20 }),
      minimumBackups: fc.integer({ min: 1, max: 6 }),
      maxDeletionsPerRun: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(
        fc.array(night, { maxLength: 60 }),
        fc.array(rules, { minLength: policies.length, maxLength: policies.length }),
        (nights, chosen) => {
          let shared: readonly Backup[] = [];
          const alone = policies.map((): readonly Backup[] => []);
          let day = 0;
          for (const [minute, { policy, days, status }] of nights.entries()) {
            day += days;
            const [series, its] = [policies[policy] as Series, chosen[policy] as typeof RULES];
            const made = backupOf(series, day, minute, status);
            shared = afterNight(shared, made, series, its);
            alone[policy] = afterNight(alone[policy] ?? [], made, series, its);
          }
          for (const [index, series] of policies.entries()) {
            const names = (backups: readonly Backup[]): string[] =>
              backups.filter((backup) => sameSeries(backup, series)).map(({ name }) => name);
            assert.deepEqual(names(shared), names(alone[index] ?? []));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
}
