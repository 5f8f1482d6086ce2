/** Wall clocks of IANA zones. Everything is UTC milliseconds; a wall time is a Date whose UTC parts are the local ones. */
export interface WallClock {
  /** Local parts of an instant. */
  at(instant: number): Date;
  /**
   * The instant of a local time, given as `Date.UTC` of its parts. Where a clock change makes it ambiguous or skips it,
   * the answer is the one of Go's time.Date: the offset in force at that many milliseconds UTC is tried first.
   */
  instant(local: number): number;
}

export function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Offsets change at most a few times a year and at quarter hours: one look-up serves every instant of a quarter.
  const offsets = new Map<number, number>();
  const offset = (instant: number): number => {
    const quarter = Math.floor(instant / QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    if (offsets.size > 5000) offsets.clear();
    const found = localOf(format, quarter * QUARTER_MS) - quarter * QUARTER_MS;
    offsets.set(quarter, found);
    return found;
  };
  return {
    at: (instant) => new Date(instant + offset(instant)),
    instant: (local) => local - offset(local - offset(local)),
  };
}

const QUARTER_MS = 15 * 60_000;

function localOf(format: Intl.DateTimeFormat, instant: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
