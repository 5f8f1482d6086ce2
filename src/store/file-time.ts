/** The first and the last second whose year has four digits: what RFC 3339 can say, and every reader of ours reads. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');

/** The nearest time that a file can have: cameras, NAS thumbnailers and broken copy tools leave any number behind. */
export function fileTime(ms: number): Date {
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS));
}

export const isFileTime = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS;
