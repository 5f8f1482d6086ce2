import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtOfClock } from '../../../src/repository/retention/clock-doubt.ts';
import { planRetention, type RetainedBackup } from '../../../src/repository/retention/retention.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 1, 3);

const onDay = (day: number): Date => new Date(START + day * DAY_MS);
const nightly = (from: number, to: number): Date[] =>
  Array.from({ length: to - from + 1 }, (_, index) => onDay(from + index));
const doubt = (starts: readonly Date[], day: number): string | undefined => doubtOfClock(starts, onDay(day));

test('a clock that jumps ahead is doubted on its first night and on the six that follow, then believed', () => {
  for (const ahead of [9, 20, 200, 3650]) {
    const before = nightly(-40, -1);
    for (let night = 0; night < 9; night++) {
      const words = doubt([...before, ...nightly(ahead, ahead + night)], ahead + night);
      if (night < 6) assert.match(words ?? '', new RegExp(`${ahead + 1} days without a run on record`));
      else assert.equal(words, undefined);
    }
  }
});

test('once the clock is right again, the night that ran ahead holds nothing back', () => {
  for (const ahead of [8, 20, 200, 400])
    for (const today of [0, 1, 5]) assert.equal(doubt([...nightly(-40, today), onDay(ahead)], today), undefined);
});

test('a night that ran ahead is not doubted again when its day has come', () => {
  for (const today of [199, 200, 201, 230]) assert.equal(doubt([...nightly(-40, today), onDay(200)], today), undefined);
});

test('nights that failed are days that passed', () => {
  assert.equal(doubt(nightly(-60, 0), 0), undefined);
  assert.equal(doubt([onDay(0)], 0), undefined);
  assert.equal(doubt([], 0), undefined);
});

test('a policy that runs once a week or once a month is not doubted for it', () => {
  for (const every of [7, 8, 31]) {
    const starts = Array.from({ length: 12 }, (_, index) => new Date(START + index * every * DAY_MS + index * 60_000));
    assert.equal(doubtOfClock(starts, starts.at(-1) as Date), undefined);
    assert.match(doubtOfClock(starts, new Date(START + (11 + 5) * every * DAY_MS)) ?? '', /doubtful/);
  }
});

test('seven runs by hand within a day do not make up for seven days', () => {
  const hours = Array.from({ length: 12 }, (_, hour) => new Date(onDay(300).getTime() + hour * 3_600_000));
  assert.match(doubtOfClock([...nightly(-40, -1), ...hours], hours.at(-1) as Date) ?? '', /runs of 1 day;/);
});

test('a backup that is dated in the future stays, and makes no other one expire', () => {
  const verified = (day: number): RetainedBackup => ({ name: `${day}`, date: onDay(day), status: 'verified' });
  const backups = [...nightly(-12, 1).keys()].map((index) => verified(index - 12));
  const rules = { keepDays: 10, minimumBackups: 3, maxDeletionsPerRun: 10 };
  const without = planRetention(backups, rules, onDay(1));
  const ahead = planRetention([...backups, verified(200)], rules, onDay(1));
  assert.deepEqual(ahead.drop, without.drop);
  assert.deepEqual(ahead.keep.find(({ name }) => name === '200')?.reasons, ['dated in the future']);
});

test('a backup of a clock that was a day or two ahead does not shorten the window either', () => {
  const verified = (day: number): RetainedBackup => ({ name: `${day}`, date: onDay(day), status: 'verified' });
  const backups = [...nightly(-12, 1).keys()].map((index) => verified(index - 12));
  const rules = { keepDays: 10, minimumBackups: 3, maxDeletionsPerRun: 10 };
  const without = planRetention(backups, rules, onDay(1));
  for (const day of [2, 3]) {
    const ahead = { ...verified(day), start: onDay(day) };
    assert.deepEqual(planRetention([...backups, ahead], rules, onDay(1)).drop, without.drop);
  }
});

test('a name of a time zone that is fourteen hours ahead is of tonight', () => {
  const tonight: RetainedBackup = { name: 'x', date: onDay(0.58), start: onDay(0), status: 'verified' };
  const { keep } = planRetention([tonight], { keepDays: 10, minimumBackups: 3, maxDeletionsPerRun: 10 }, onDay(0));
  assert.ok(keep[0]?.reasons.includes('among the newest verified'));
});
