import { type CronFields, parseCron } from '../../api/cron.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

/**
 * When kube-controller-manager fires a schedule. It uses robfig/cron v3, whose answers at clock changes no JavaScript
 * library gives: a time that the spring change skips does not fire that day, one that the autumn change repeats fires
 * twice, and the search steps over whole hours, which shows in zones that change by half an hour or at midnight.
 * test/controller compares the two over thousands of generated cases.
 */
export interface Schedule {
  /** The first fire strictly after an instant, or undefined where there is none within five years (30 February). */
  next(after: Date): Date | undefined;
  readonly fields: CronFields;
  readonly clock: WallClock;
}

/** Takes a schedule and zone that the policy's schema accepts. */
export function schedule(cron: string, timeZone: string): Schedule {
  const fields = parseCron(cron);
  const clock = wallClock(timeZone);
  return { fields, clock, next: (after) => nextFire(fields, clock, after) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const YEARS = 5;

/** Whether a local day is one of the schedule's: both day fields must match, or either when both are restricted. */
export function isDay({ dayOfMonth, dayOfWeek }: CronFields, local: Date): boolean {
  const inMonth = dayOfMonth.values.has(local.getUTCDate());
  const inWeek = dayOfWeek.values.has(local.getUTCDay());
  return dayOfMonth.isAny || dayOfWeek.isAny ? inMonth && inWeek : inMonth || inWeek;
}

/**
 * The units are looked at from the month down; a unit that does not match is stepped until it does, and only when the
 * stepping carries over are the larger units looked at again. Where a clock change skips the carry (23:59 to 01:00),
 * they are not: that is how kube-controller-manager fires, so that is what is promised.
 */
function nextFire(fields: CronFields, clock: WallClock, after: Date): Date | undefined {
  let at = Math.floor(after.getTime() / SECOND) * SECOND + SECOND;
  const lastYear = clock.at(at).getUTCFullYear() + YEARS;
  // From the first step on, all smaller units start at zero; until then the instant itself may still be the answer.
  let stepped = false;
  const step = (to: number): Date => {
    at = to;
    stepped = true;
    return clock.at(at);
  };
  search: while (clock.at(at).getUTCFullYear() <= lastYear) {
    while (!fields.month.values.has(clock.at(at).getUTCMonth() + 1))
      if (step(nextMonth(clock, at, stepped)).getUTCMonth() === 0) continue search;
    while (!isDay(fields, clock.at(at))) if (step(nextDay(clock, at, stepped)).getUTCDate() === 1) continue search;
    while (!fields.hour.values.has(clock.at(at).getUTCHours()))
      if (step(nextHour(clock, at, stepped)).getUTCHours() === 0) continue search;
    while (!fields.minute.values.has(clock.at(at).getUTCMinutes()))
      if (step(Math.floor(at / MINUTE) * MINUTE + MINUTE).getUTCMinutes() === 0) continue search;
    if (at % MINUTE === 0) return new Date(at);
    step(Math.floor(at / MINUTE) * MINUTE + MINUTE);
  }
  return undefined;
}

const nextHour = (clock: WallClock, at: number, stepped: boolean): number =>
  (stepped ? at : clock.instant(Math.floor(clock.at(at).getTime() / HOUR) * HOUR)) + HOUR;

function nextMonth(clock: WallClock, at: number, stepped: boolean): number {
  const local = stepped ? clock.at(at) : clock.at(clock.instant(startOfMonth(clock.at(at))));
  return clock.instant(
    Date.UTC(
      local.getUTCFullYear(),
      local.getUTCMonth() + 1,
      local.getUTCDate(),
      local.getUTCHours(),
      local.getUTCMinutes(),
      local.getUTCSeconds(),
    ),
  );
}

const startOfMonth = (local: Date): number => Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1);

/** Midnight of the next day; where a clock change has moved it, the whole hours from midnight are taken back. */
function nextDay(clock: WallClock, at: number, stepped: boolean): number {
  const DAY = 24 * HOUR;
  const local = clock.at(at).getTime();
  const start = stepped ? local : clock.at(clock.instant(Math.floor(local / DAY) * DAY)).getTime();
  const next = clock.instant(start + DAY);
  const hour = clock.at(next).getUTCHours();
  if (hour === 0) return next;
  return hour > 12 ? next + (24 - hour) * HOUR : next - hour * HOUR;
}
