import { counted } from '../../api/counted.ts';

const DAY_MS = 86_400_000;
const MOST_QUIET_MS = 7 * DAY_MS;
const CALM_DAYS = 7;

/** What is dated ahead is of a clock that ran ahead; two days leave room for every time zone that a name may be of. */
export const isAhead = (date: Date, now: Date): boolean => date.getTime() > now.getTime() + 2 * DAY_MS;

/**
 * Why the calendar can't be believed enough to delete by it: for longer than usual no run is on record, and then one is.
 * A clock that jumped ahead looks like that, and by it everything has expired. Only time tells the one from an office that
 * was closed: after runs of seven days it is believed. `starts` are all runs of a series, in any order, whatever their end;
 * those that lie ahead of `now` are of another jump, which is over.
 */
export function doubtOfClock(starts: readonly Date[], now: Date): string | undefined {
  const times = [...starts.map((start) => start.getTime()).filter((time) => time <= now.getTime()), now.getTime()];
  times.sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const limit = Math.max(MOST_QUIET_MS, 2 * usualGap(gaps));
  const jump = gaps.findLastIndex((gap) => gap > limit);
  if (jump === -1) return undefined;
  const days = new Set(times.slice(jump + 1).map((time) => Math.floor(time / DAY_MS)));
  if (days.size >= CALM_DAYS) return undefined;
  const quiet = counted(Math.floor((gaps[jump] ?? 0) / DAY_MS), 'day');
  return `the clock is doubtful: ${quiet} without a run on record, then runs of ${counted(days.size, 'day')}; from ${CALM_DAYS} on it is believed`;
}

/** Of a policy that runs once a month a quiet month is no jump. The longest says nothing of itself. */
function usualGap(gaps: readonly number[]): number {
  const long = gaps
    .filter((gap) => gap > DAY_MS / 2)
    .sort((a, b) => a - b)
    .slice(0, -1);
  return long[Math.floor((long.length - 1) / 2)] ?? 0;
}
