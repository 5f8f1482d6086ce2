import type { PolicySpec } from '../../api/policy.ts';
import type { RunReport } from '../../api/report.ts';
import type { Inventory } from '../inventory.ts';
import { isOnlyKnownByReading, lastRead } from '../verify/reading-due.ts';
import type { PruneOutcome } from './prune.ts';
import { isOthers, type RetentionPlan } from './retention.ts';

export type RetentionReport = NonNullable<RunReport['retention']>;

/** What retention has found and done, for the report; the inventory is the one from before the deletions. */
export function retentionReport(
  { inventory, plan, outcome }: RetentionRun,
  mode: PolicySpec['retention']['mode'],
  now: Date,
): RetentionReport {
  const gone = new Set(outcome.deleted);
  const here = inventory.backups.filter((backup) => !gone.has(backup.name));
  const left = here.filter((backup) => !isOthers(backup.status));
  // A file of the year 2999 that no record speaks for is not the newest of anything.
  const proven = left.filter((backup) => backup.proof !== undefined);
  const [oldest, newest] = [proven[0], proven.at(-1)];
  const [longestUnread] = left
    .filter((backup) => isOnlyKnownByReading(backup) && backup.status !== 'damaged')
    .flatMap((backup) => lastRead(backup) ?? [])
    .sort();
  return {
    backups: left.length,
    foreign: here.length - left.length,
    damaged: left.filter(({ status }) => status === 'altered' || status === 'damaged').length,
    ...(longestUnread === undefined ? {} : { oldestReadTime: longestUnread }),
    verified: left.filter((backup) => backup.status === 'verified').length,
    totalBytes: left.reduce((sum, backup) => sum + backup.file.size, 0),
    ...(oldest && newest ? { oldest: oldest.date.toISOString(), newest: newest.date.toISOString() } : {}),
    deleted: outcome.deleted.length,
    wouldDelete: mode === 'DryRun' ? plan.drop.length : 0,
    expiredPending: plan.drop.length + plan.pending.length - outcome.deleted.length,
    ...(outcome.heldBecause === undefined ? {} : { heldBecause: outcome.heldBecause }),
    checkedTime: now.toISOString(),
  };
}

/** One round of retention: what stood, what was to go, what went. */
export interface RetentionRun {
  readonly inventory: Inventory;
  readonly plan: RetentionPlan;
  readonly outcome: PruneOutcome;
}
