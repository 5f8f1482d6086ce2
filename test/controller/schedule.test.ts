import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { schedule } from '../../src/controller/schedule/schedule.ts';
import { askCron } from '../cluster/cron-next.ts';

const CASES = 10_000;

/**
 * Clock changes of every kind: at 1, 2 and 3 o'clock, at midnight, by half an hour or two, southern, abolished, none.
 * Not Morocco: releases 2025b (Debian) and 2026c (Node) of the zone data differ on it from 2028.
 */
const ZONES = [
  'Etc/UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Lisbon',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'America/Asuncion',
  'America/Santiago',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Pacific/Chatham',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Atlantic/Azores',
  'Antarctica/Troll',
];

const field = (least: number, most: number): fc.Arbitrary<string> => {
  const number = fc.integer({ min: least, max: most });
  const step = fc.integer({ min: 1, max: most - least + 1 });
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: number.map(String) },
    { weight: 1, arbitrary: fc.constant('?') },
    { weight: 1, arbitrary: range },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.oneof(fc.constant('*'), number.map(String), range), step).map(([r, s]) => `${r}/${s}`),
    },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(number.map(String), range), { minLength: 2, maxLength: 4 }).map((t) => t.join(',')),
    },
  );
};

const cron = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(field(0, 59), field(0, 4), field(1, 31), field(1, 12), field(0, 6)).map((f) => f.join(' ')),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map((f) => f.join(' ')),
  },
  { weight: 8, arbitrary: fc.tuple(field(0, 59), field(0, 4)).map(([minute, hour]) => `${minute} ${hour} * * *`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'),
  },
);

/** Half of the instants lie within a day and a half before a clock change of their zone. */
const instant = fc
  .tuple(
    fc.constantFrom(...ZONES),
    fc.integer({ min: 0, max: 4 * 365 * 24 * 3600 }),
    fc.boolean(),
    fc.integer({ min: -130_000, max: 10_000 }),
  )
  .map(([zone, second, isNear, offset]) => {
    const at = START + second * 1000;
    const change = isNear ? changesOf(zone).find((instant) => instant > at) : undefined;
    return { zone, after: new Date(change === undefined ? at : change + offset * 1000) };
  });

const START = Date.UTC(2025, 0, 1);
const DAY = 86_400_000;
const known = new Map<string, number[]>();

/** The clock changes of a zone in the five years from START, found by days and then to the minute. */
function changesOf(zone: string): number[] {
  const changes = known.get(zone) ?? [];
  if (known.has(zone)) return changes;
  known.set(zone, changes);
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (at: number): string => format.formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? '';
  for (let day = START; day < START + 5 * 366 * DAY; day += DAY) {
    let [low, high] = [day, day + DAY];
    if (offset(low) === offset(high)) continue;
    const before = offset(low);
    while (high - low > 60_000) {
      const middle = Math.round((low + high) / 120_000) * 60_000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

describe('The next run', () => {
  it(`is when robfig/cron v3 fires, in ${CASES} generated cases around clock changes`, async (t) => {
    const cases = fc
      .sample(fc.tuple(cron, instant), { numRuns: CASES, seed: 20261125 })
      .map(([text, at]) => ({ schedule: text, ...at }));
    const answers = await askCron(cases);
    let none = 0;
    for (const [i, { schedule: text, zone, after }] of cases.entries()) {
      const answer = answers[i];
      assert.equal(answer?.error, undefined, `${text} in ${zone}`);
      if (answer?.next === null) none++;
      const ours = schedule(text, zone).next(after);
      assert.equal(ours?.toISOString(), answer?.next?.toISOString(), `${text} in ${zone} after ${after.toISOString()}`);
    }
    assert.ok(none < CASES / 4, `${none} schedules never fire: the cases say too little`);
    t.diagnostic(`${CASES} cases, ${none} of them without a next run`);
  });
});
