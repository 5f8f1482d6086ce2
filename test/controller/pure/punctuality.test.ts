import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { punctuality, type Timetable } from '../../../src/controller/schedule/punctuality.ts';
import { schedule } from '../../../src/controller/schedule/schedule.ts';

const DEADLINE = 14_400_000;
const at = (time: string): number => Date.parse(`2026-11-${time}Z`);
const text = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString().slice(8, 19);
const THREE = '25T03:00:00';

interface Scene {
  readonly before?: Timetable;
  readonly started?: string;
  readonly since?: string;
  readonly cron?: string;
}

function look(
  now: string,
  { before = { next: at(THREE) }, started, since = '01T00:00:00', cron = '0 3 * * *' }: Scene,
) {
  const { timetable, hasMissed, wakeAt } = punctuality({
    schedule: schedule(cron, 'Etc/UTC'),
    before,
    started: started === undefined ? undefined : at(started),
    since: at(since),
    startingDeadlineMs: DEADLINE,
    now: at(now),
  });
  const { next, overdue, missed } = timetable;
  return { next: text(next), overdue: text(overdue), missed: text(missed), hasMissed, wakeAt: text(wakeAt), timetable };
}

describe('A scheduled time', () => {
  it('comes next until its run has begun, for a minute', () => {
    assert.equal(look('25T02:59:00', {}).next, THREE);
    const { next, overdue, wakeAt } = look('25T03:00:01', {});
    assert.deepEqual([next, overdue, wakeAt], [THREE, undefined, '25T03:01:00']);
    assert.equal(look('25T03:00:01', { started: THREE }).next, '26T03:00:00');
  });

  it('is overdue after a minute, and no longer once its run has begun late', () => {
    const late = look('25T03:01:00', {});
    assert.deepEqual([late.next, late.overdue, late.missed], ['26T03:00:00', THREE, undefined]);
    const begun = look('25T03:01:15', { before: late.timetable, started: THREE });
    assert.deepEqual([begun.overdue, begun.missed, begun.hasMissed], [undefined, undefined, false]);
  });

  it('is missed once its starting deadline is over, and that is news once', () => {
    const late = look('25T03:01:00', {});
    assert.equal(look('25T07:01:00', { before: late.timetable }).overdue, THREE);
    const missed = look('25T07:01:01', { before: late.timetable });
    assert.deepEqual([missed.overdue, missed.missed, missed.hasMissed], [undefined, THREE, true]);
    const again = look('25T07:05:00', { before: missed.timetable });
    assert.deepEqual([again.missed, again.hasMissed, again.next], [THREE, false, '26T03:00:00']);
  });

  it('is missed when another was begun in its place', () => {
    const late = look('25T03:16:00', { before: { next: at('25T03:15:00') }, started: THREE, cron: '*/15 * * * *' });
    assert.equal(late.overdue, '25T03:15:00');
    const over = look('25T03:30:02', { before: late.timetable, started: '25T03:30:00', cron: '*/15 * * * *' });
    assert.deepEqual(
      [over.missed, over.hasMissed, over.overdue, over.next],
      ['25T03:15:00', true, undefined, '25T03:45:00'],
    );
  });

  it('is missed also while no controller looked, but what was begun meanwhile is not', () => {
    assert.equal(look('25T12:00:00', {}).missed, THREE);
    const week = look('30T12:00:00', { started: '30T03:00:00' });
    assert.deepEqual([week.missed, week.next], [undefined, '01T03:00:00']);
  });

  it('is none before the CronJob was made, nor without having been promised', () => {
    assert.equal(look('25T12:00:00', { since: '25T03:00:01' }).missed, undefined);
    assert.equal(look('25T12:00:00', { before: {} }).missed, undefined);
  });

  it('is found within a moment after a month without a look at a schedule of every minute', () => {
    const { missed, timetable } = look('30T12:00:00', { before: { next: at('01T00:01:00') }, cron: '* * * * *' });
    assert.ok(missed !== undefined && (timetable.overdue ?? 0) >= at('30T07:58:00'));
  });
});
