import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { longestInterval } from '../../../src/controller/schedule/longest-interval.ts';
import { schedule } from '../../../src/controller/schedule/schedule.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const NOW = new Date('2026-11-25T12:00:00Z');
const RUNS = 150;

const INTERVALS: readonly (readonly [cron: string, zone: string, seconds: number, why: string])[] = [
  ['0 3 * * *', 'Etc/UTC', DAY, 'a day'],
  ['0 3 * * *', 'Europe/Berlin', 25 * HOUR, 'the night in October has an hour more'],
  ['30 2 * * *', 'Europe/Berlin', 47 * HOUR, 'half past two does not come in the night in March'],
  ['0 0 * * *', 'America/Santiago', 47 * HOUR, 'nor does midnight, where that is skipped'],
  ['0 3 * * 1-5', 'Etc/UTC', 3 * DAY, 'a weekend'],
  ['0 3 * * 1-5', 'Europe/Berlin', 3 * DAY + HOUR, 'the clock changes on a weekend'],
  ['0 3 * * 0', 'Etc/UTC', 7 * DAY, 'a week'],
  ['0 3 1 * *', 'Etc/UTC', 31 * DAY, 'the longest month'],
  ['0 3 31 * *', 'Etc/UTC', 61 * DAY, 'from the end of March to that of May'],
  ['0 3 1 1 *', 'Etc/UTC', 365 * DAY, 'a year'],
  ['0 3 1 1,2 *', 'Etc/UTC', 334 * DAY, 'from February to New Year'],
  ['0 3 29 2 *', 'Etc/UTC', 1461 * DAY, 'from leap day to leap day'],
  ['0 3 30 2 *', 'Etc/UTC', 0, 'it never comes'],
  ['0 8,20 * * *', 'Etc/UTC', 12 * HOUR, 'twice a day'],
  ['0 8,12 * * *', 'Etc/UTC', 20 * HOUR, 'twice a day, far apart'],
  ['*/15 * * * *', 'Europe/Berlin', HOUR / 4, 'a quarter of an hour, in every night'],
  ['@hourly', 'America/New_York', HOUR, 'an hour'],
];

/** Fire by fire, as the cluster goes. */
function walked(cron: string, zone: string, from: Date): number {
  const { next } = schedule(cron, zone);
  const end = from.getTime() + 367 * DAY * 1000;
  let longest = 0;
  let at = next(from);
  while (at) {
    const following = next(at);
    if (!following) break;
    longest = Math.max(longest, following.getTime() - at.getTime());
    at = following;
    if (at.getTime() > end) break;
  }
  return longest / 1000;
}

const ZONES = ['Etc/UTC', 'Europe/Berlin', 'America/Havana', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Beirut'];

describe('The longest time between two runs', () => {
  for (const [cron, zone, seconds, why] of INTERVALS)
    it(`of "${cron}" in ${zone} is ${seconds / HOUR} hours: ${why}`, () =>
      assert.equal(longestInterval(schedule(cron, zone), NOW), seconds));

  it(`is what walking from run to run finds, for ${RUNS} generated schedules`, () => {
    const hours = fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 3 }).map((list) => list.join());
    const cron = fc
      .tuple(
        fc.integer({ min: 0, max: 59 }),
        hours,
        fc.constantFrom('*', '1', '29', '*/7', '15,31'),
        fc.constantFrom('*', '1,2', '2', '*/3', '3,10'),
        fc.constantFrom('*', '0', '1-5', '6'),
      )
      .map((fields) => fields.join(' '));
    const from = fc.integer({ min: 0, max: 1460 }).map((day) => new Date(Date.UTC(2025, 0, 1 + day, 13)));
    fc.assert(
      fc.property(cron, fc.constantFrom(...ZONES), from, (text, zone, at) =>
        assert.equal(longestInterval(schedule(text, zone), at), walked(text, zone, at)),
      ),
      { numRuns: RUNS, seed: 20261125 },
    );
  });
});
