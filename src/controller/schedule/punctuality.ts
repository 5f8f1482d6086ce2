import type { Schedule } from './schedule.ts';

/** What a policy's status says of its scheduled times, as instants in UTC milliseconds. */
export interface Timetable {
  /** The next time at which a run starts; for a minute longer than it is, unless the run has begun. */
  readonly next?: number | undefined;
  /** A time that has passed, whose run has not begun and may still do so. */
  readonly overdue?: number | undefined;
  /** The last time at which no run began, nor may any more. */
  readonly missed?: number | undefined;
}

export interface Punctuality {
  readonly timetable: Timetable;
  /** Whether `missed` is news. */
  readonly hasMissed: boolean;
  /** When the table changes by the clock alone. */
  readonly wakeAt: number | undefined;
}

export interface Clockwork {
  readonly schedule: Schedule;
  /** What was told before, of this very schedule. */
  readonly before: Timetable;
  /** The time whose run kube-controller-manager started last (`lastScheduleTime`). */
  readonly started: number | undefined;
  /** The CronJob can't have started anything before it was made. */
  readonly since: number;
  readonly startingDeadlineMs: number;
  readonly now: number;
}

/** kube-controller-manager starts a run within a second or two of its time, and tells of it by another watch. */
const GRACE_MS = 60_000;

/**
 * Which scheduled time comes next, and which have passed without a run. A time counts as promised once it was told as the
 * next one, and is followed until its run has begun, another was begun in its place, or its starting deadline is over.
 * So nothing is told twice, nor of times before the CronJob was made, its schedule changed or it was suspended.
 */
export function punctuality(clockwork: Clockwork): Punctuality {
  const { schedule, before, started = 0, since, startingDeadlineMs, now } = clockwork;
  const after = (at: number): number | undefined => schedule.next(new Date(at))?.getTime();
  const lastChance = startingDeadlineMs + GRACE_MS;
  let missed = before.missed;
  let promised = before.overdue ?? before.next;
  if (promised !== undefined && promised < since) promised = after(since);
  while (promised !== undefined && promised <= now) {
    if (started >= promised) {
      // Passed over in favour of a later one; it is known not to have begun, or else it would not be overdue.
      if (started > promised && promised === before.overdue) missed = promised;
      promised = after(started);
    } else if (now - promised > lastChance) {
      missed = promised;
      promised = after(Math.max(promised, now - lastChance - 1));
    } else break;
  }
  const isDue = promised !== undefined && promised <= now;
  const overdue = isDue && promised !== undefined && now - promised >= GRACE_MS ? promised : undefined;
  const next = isDue && overdue === undefined ? promised : after(now);
  const changes = [next, isDue && overdue === undefined ? (promised ?? 0) + GRACE_MS : undefined]
    .concat(overdue === undefined ? undefined : overdue + lastChance + 1)
    .filter((at) => at !== undefined && at > now) as number[];
  return {
    timetable: { next, overdue, missed },
    hasMissed: missed !== before.missed,
    wakeAt: changes.length > 0 ? Math.min(...changes) : undefined,
  };
}
