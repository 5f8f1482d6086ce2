import type { Backup } from '../inventory.ts';
import { isOthers, type RetentionPlan } from '../retention/retention.ts';

const DAY_MS = 86_400_000;
/** Within so many days every stored backup is read whole again. */
const READ_DAYS = 30;
/** A deletion waits for a reading that is overdue by more than some nights that failed. */
const SLACK_DAYS = 5;

/**
 * When a backup was last read whole, bytes and all, and was what its record says; undefined for never, or not known.
 * In a folder every verification reads it whole, since nothing else can tell its hash.
 */
export function lastRead({ file, proof }: Pick<Backup, 'file' | 'proof'>): string | undefined {
  const { readTime, report } = proof?.record ?? {};
  if (readTime !== undefined) return readTime;
  const { verification } = report ?? {};
  const wasWhole = verification?.level === 'Full' || file.contentHash === undefined;
  return wasWhole ? verification?.timestamp : undefined;
}

/**
 * Backups whose bytes only reading can vouch for: a folder store knows size and time, and a rotten disk leaves both as they
 * are. What Dropbox stores has its hash, which it checks itself.
 */
export const isOnlyKnownByReading = ({ file, proof, status }: Backup): boolean =>
  proof !== undefined && file.contentHash === undefined && !isOthers(status) && status !== 'altered';

/**
 * Which of them to read tonight, the longest unread first: the thirtieth part, and all whose thirty days end. Nothing is
 * read twice in a night; a damaged one has its turn like all others, for somebody may have put a good copy in its place.
 */
export function dueForReading(backups: readonly Backup[], now: Date): Backup[] {
  const waiting = backups
    .filter(isOnlyKnownByReading)
    .map((backup) => ({ backup, days: daysUnread(backup, now) }))
    .filter(({ days }) => days >= 0.5)
    .sort((a, b) => b.days - a.days);
  const ending = waiting.filter(({ days }) => days >= READ_DAYS - 1).length;
  return waiting.slice(0, Math.max(ending, Math.ceil(waiting.length / READ_DAYS))).map(({ backup }) => backup);
}

/** Of the backups whose standing lets others go, how many nobody has read for too long to rely on. */
export function unreadAmongKept({ keep }: RetentionPlan, backups: readonly Backup[], now: Date): number {
  const relied = new Set(
    keep.filter(({ reasons }) => reasons.some((reason) => RELIED_ON.has(reason))).map(({ name }) => name),
  );
  return backups.filter(
    (backup) =>
      relied.has(backup.name) && isOnlyKnownByReading(backup) && daysUnread(backup, now) > READ_DAYS + SLACK_DAYS,
  ).length;
}

const RELIED_ON: ReadonlySet<string> = new Set(['among the newest verified', 'verified at or beyond the window']);

function daysUnread(backup: Backup, now: Date): number {
  // Of one whose time has changed nobody knows whether it is still the one that was read.
  const last = backup.status === 'retimed' ? undefined : (backup.proof?.record.damagedTime ?? lastRead(backup));
  return last === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(last)) / DAY_MS;
}
