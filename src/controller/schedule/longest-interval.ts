import { isDay, type Schedule } from './schedule.ts';

const DAY_MS = 86_400_000;
/** A year and a leap day, so that every clock change is inside. */
const DAYS = 367;

/**
 * The longest time, in seconds, between two fires of which the first comes within a year: what "one interval late" has
 * to allow for. It knows weekends, the autumn night of 25 hours, and the spring night in which 02:30 never comes and
 * nothing fires for two days. 0 for a schedule that fires at most once.
 */
export function longestInterval(schedule: Schedule, from: Date): number {
  const { fields, clock } = schedule;
  const minutes = [...fields.hour.values]
    .flatMap((hour) => [...fields.minute.values].map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  let longest = 0;
  let previous: number | undefined;
  const fires = (at: number): void => {
    longest = Math.max(longest, previous === undefined ? 0 : at - previous);
    previous = at;
  };
  const walk = (start: number, end: number): void => {
    for (let at = schedule.next(new Date(previous ?? start - 1)); at && at.getTime() < end; at = schedule.next(at))
      fires(at.getTime());
  };
  let walkUntil = 0;
  for (let day = startOfDay(clock.at(from.getTime())), last = day + DAYS * DAY_MS; day < last; day += DAY_MS) {
    const start = clock.instant(day);
    const end = clock.instant(day + DAY_MS);
    const hasChange = end - start !== DAY_MS || clock.at(start).getTime() !== day;
    // What the change does to the order of fires may show only on the day after it.
    if (hasChange) walkUntil = day + DAY_MS;
    const local = new Date(day);
    if (day <= walkUntil) walk(start, end);
    else if (fields.month.values.has(local.getUTCMonth() + 1) && isDay(fields, local))
      for (const minute of minutes) fires(start + minute * 60_000);
  }
  const lastFire = previous ?? schedule.next(from)?.getTime();
  const afterwards = lastFire === undefined ? undefined : schedule.next(new Date(lastFire))?.getTime();
  if (lastFire !== undefined && afterwards !== undefined) longest = Math.max(longest, afterwards - lastFire);
  return longest / 1000;
}

const startOfDay = (local: Date): number => Math.floor(local.getTime() / DAY_MS) * DAY_MS;
