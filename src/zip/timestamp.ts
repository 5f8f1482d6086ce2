/** The two ways in which a ZIP says when a file was changed. */
export interface Times {
  readonly dosTimestamp: number;
  readonly unixSeconds: number;
}

const DOS_FIRST = Date.UTC(1980, 0, 1);
const DOS_LAST = Date.UTC(2107, 11, 31, 23, 59, 58);
const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;

export const timesOf = (modified: Date): Times => ({
  dosTimestamp: dosTimestamp(modified),
  unixSeconds: unixSeconds(modified),
});

/** Whether both can come from the same moment; beyond 2038 the DOS time is the only one that still counts. */
export function timesAgree({ dosTimestamp: dos, unixSeconds: seconds }: Times): boolean {
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

/** Seconds since 1970 for the UT field, a signed 32 bit number: 1901 to 2038, clamped. */
export function unixSeconds(modified: Date): number {
  return Math.min(Math.max(Math.floor(modified.getTime() / 1000), INT32_MIN), INT32_MAX);
}
