import type { PolicySpec } from '../../api/policy.ts';
import type { Kinship } from '../series.ts';
import { isAhead } from './clock-doubt.ts';

/** What a decision to delete needs to know of a backup. */
export interface RetainedBackup {
  readonly name: string;
  /** From the name. */
  readonly date: Date;
  /** When its run began, by the clock of that night; only a record tells. */
  readonly start?: Date | undefined;
  /** Only `verified` ones justify a deletion; `unproven`, `altered`, `damaged`, `retimed`, `foreign` and `elsewhere` ones are never deleted. */
  readonly status: BackupStatus;
}

/**
 * `retimed`: as large as what was verified, and of another time; reading it tells whether it is the same. `damaged`: of the
 * size and time that were verified, but it was read again and has other bytes. `foreign`: a run record speaks for it, but
 * one of another series; `elsewhere`: of a policy of the same name and source, of which nobody knows that it is this one.
 */
export type BackupStatus = 'verified' | 'incomplete' | 'unproven' | 'altered' | 'damaged' | 'retimed' | OthersStatus;

/** Of others, whatever it is to them. */
type OthersStatus = Exclude<Kinship, 'own'>;

export const isOthers = (status: BackupStatus): status is OthersStatus =>
  status === 'foreign' || status === 'elsewhere';

const NOT_PROVEN: ReadonlySet<BackupStatus> = new Set(['unproven', 'altered', 'damaged', 'retimed']);

export interface RetentionPlan {
  readonly keep: readonly { readonly name: string; readonly reasons: readonly KeepReason[] }[];
  /** Oldest first, at most `maxDeletionsPerRun`. */
  readonly drop: readonly string[];
  /** Expired as well, but over the cap: a later run's. */
  readonly pending: readonly string[];
}

export type KeepReason =
  | 'inside the window'
  | 'among the newest verified'
  | 'verified at or beyond the window'
  | 'not proven to be ours to delete'
  | 'of another policy or source'
  | 'of a policy of this name elsewhere'
  | 'dated in the future'
  | 'nothing newer is verified';

const DAY_MS = 86_400_000;

/**
 * Which backups may go, as a pure function of what is there. The window is measured back from the newest verified
 * backup and never from today, so that a streak of failed nights deletes nothing: "older than 30 days" alone leaves an
 * office without any backup after a month of failures. One that is dated ahead of `now`, by a clock that was wrong for a
 * night, justifies nothing until its day has come.
 */
export function planRetention(
  backups: readonly RetainedBackup[],
  rules: Omit<PolicySpec['retention'], 'mode' | 'adopt'>,
  now: Date,
): RetentionPlan {
  const newestFirst = [...backups].sort((a, b) => b.date.getTime() - a.date.getTime() || (a.name < b.name ? 1 : -1));
  const verified = newestFirst.filter((backup) => backup.status === 'verified' && !isOfFuture(backup, now));
  const newest = verified[0];
  const windowStart = newest ? newest.date.getTime() - rules.keepDays * DAY_MS : Number.NEGATIVE_INFINITY;
  const floor = new Set(verified.slice(0, rules.minimumBackups));
  const beyond = verified.find((backup) => backup.date.getTime() <= windowStart);

  const reasonsToKeep = (backup: RetainedBackup): KeepReason[] => {
    if (backup.status === 'foreign') return ['of another policy or source'];
    if (backup.status === 'elsewhere') return ['of a policy of this name elsewhere'];
    if (isOfFuture(backup, now)) return ['dated in the future'];
    const reasons: KeepReason[] = [];
    if (NOT_PROVEN.has(backup.status)) reasons.push('not proven to be ours to delete');
    if (!newest) reasons.push('nothing newer is verified');
    else if (backup.date.getTime() > windowStart) reasons.push('inside the window');
    if (floor.has(backup)) reasons.push('among the newest verified');
    if (backup === beyond) reasons.push('verified at or beyond the window');
    return reasons;
  };

  const judged = newestFirst.map((backup) => ({ name: backup.name, reasons: reasonsToKeep(backup) }));
  const expired = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ name }) => name)
    .reverse();
  return {
    keep: judged.filter(({ reasons }) => reasons.length > 0),
    drop: expired.slice(0, rules.maxDeletionsPerRun),
    pending: expired.slice(rules.maxDeletionsPerRun),
  };
}

/**
 * To the moment where its record tells it: by its name alone a backup of a clock that was two days ahead counted as
 * tonight's, and the window ended two days early.
 */
const isOfFuture = ({ start, date }: RetainedBackup, now: Date): boolean =>
  start ? start.getTime() > now.getTime() : isAhead(date, now);
