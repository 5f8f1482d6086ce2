import type { PolicySpec } from '../api/policy.ts';
import type { RunReport } from '../api/report.ts';
import type { Clock } from '../host/clock.ts';
import { Conflict, type Store } from '../store/store.ts';
import type { Backup, Inventory } from './inventory.ts';
import { toJson } from './json-file.ts';
import type { Lease } from './lease.ts';
import { recordName } from './names.ts';
import { planRetention, type RetentionPlan } from './retention.ts';

/** Deletes what the plan drops, one exact revision after the other, each under the confirmed lease. */
export interface PruneOutcome {
  readonly deleted: readonly string[];
  readonly heldBecause: string | undefined;
}

export const retentionOf = (inventory: Inventory, rules: PolicySpec['retention']): RetentionPlan =>
  planRetention(inventory.backups, rules);

/** Reasons to delete nothing tonight, whatever the plan says. */
export function reasonToHold(inventory: Inventory, now: Date, storeNow: Date): string | undefined {
  const skewMs = Math.abs(now.getTime() - storeNow.getTime());
  if (skewMs > 5 * 60_000)
    return `the clock is doubtful: it differs from the store's by ${Math.round(skewMs / 1000)} s`;
  if (inventory.records.unreadable.length > 0)
    return `run records can't be read: ${inventory.records.unreadable.length}`;
  const [previous, newest] = inventory.backups.filter((backup) => backup.status === 'verified').slice(-2);
  if (!newest || !previous) return undefined;
  const dayMs = 86_400_000;
  if (newest.date.getTime() > now.getTime() + 2 * dayMs)
    return `the newest backup is dated ${newest.name.slice(0, 10)}, in the future`;
  if (newest.date.getTime() - previous.date.getTime() > 366 * dayMs)
    return 'the clock is doubtful: more than a year lies between the two newest backups';
  return undefined;
}

export async function prune(
  destination: Store,
  inventory: Inventory,
  plan: RetentionPlan,
  lease: Lease,
  clock: Clock,
  signal: AbortSignal,
): Promise<PruneOutcome> {
  const deleted: string[] = [];
  const byName = new Map(inventory.backups.map((backup) => [backup.name, backup]));
  for (const name of plan.drop) {
    const backup = byName.get(name);
    if (!backup?.proof) continue;
    await lease.confirm(signal);
    try {
      await markPruned(destination, backup.proof, clock, signal);
      await destination.remove(backup.file, signal);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      return { deleted, heldBecause: `${name} was changed by somebody else while it was to be deleted` };
    }
    deleted.push(name);
  }
  return { deleted, heldBecause: undefined };
}

/** Before the deletion, so that a crash in between does not make the backup look lost. */
async function markPruned(
  destination: Store,
  proof: NonNullable<Backup['proof']>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const record = { ...proof.record, prunedTime: clock.now().toISOString() };
  await destination.put(recordName(record.runId), toJson(record), { rev: proof.file.rev }, signal);
}

/** What the report says of retention, from an inventory taken after the deletions. */
export function retentionReport(
  inventory: Inventory,
  plan: RetentionPlan,
  mode: PolicySpec['retention']['mode'],
  outcome: PruneOutcome,
  now: Date,
): NonNullable<RunReport['retention']> {
  const gone = new Set(outcome.deleted);
  const left = inventory.backups.filter((backup) => !gone.has(backup.name));
  const [oldest, newest] = [left[0], left.at(-1)];
  return {
    backups: left.length,
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
