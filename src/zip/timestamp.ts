/** The two ways in which a ZIP says when a file was changed. */
export interface Times {
  readonly dosTimestamp: number;
  /** Undefined where the UT field can't hold it: half of what reads that field would show a time of 1901 or 2038. */
  readonly unixSeconds: number | undefined;
}

const DOS_FIRST = Date.UTC(1980, 0, 1);
const DOS_LAST = Date.UTC(2107, 11, 31, 23, 59, 58);
const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;

export const timesOf = (modified: Date): Times => ({
  dosTimestamp: dosTimestamp(modified),
  unixSeconds: unixSeconds(modified),
});

const DOS_BEFORE_1901 = dosTimestamp(new Date(DOS_FIRST));
const DOS_AFTER_2038 = dosTimestamp(new Date((INT32_MAX + 1) * 1000));

export const isAfter2038 = (dos: number): boolean => dos >= DOS_AFTER_2038;

/**
 * Whether both can come from the same moment. Archives of before have the last second of the UT field for all later
 * times.
 */
export function timesAgree({ dosTimestamp: dos, unixSeconds: seconds }: Times): boolean {
  if (seconds === undefined) return dos === DOS_BEFORE_1901 || isAfter2038(dos);
  const expected = dosTimestamp(new Date(seconds * 1000));
  return seconds === INT32_MAX ? dos >= expected : dos === expected;
}

/**
 * MS-DOS date (high half) and time (low half): two-second steps, 1980 to 2107, clamped. The format gives it no zone;
 * we write UTC, and readers that know the UT field (all that people use today) do not look at it.
 */
export function dosTimestamp(modified: Date): number {
  const at = new Date(Math.min(Math.max(modified.getTime(), DOS_FIRST), DOS_LAST));
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return date * 0x10000 + time;
}

/** Seconds since 1970 for the UT field, a signed 32 bit number: 1901 to 2038. */
export function unixSeconds(modified: Date): number | undefined {
  const seconds = Math.floor(modified.getTime() / 1000);
  return seconds >= INT32_MIN && seconds <= INT32_MAX ? seconds : undefined;
}
