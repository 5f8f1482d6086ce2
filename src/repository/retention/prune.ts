import { counted } from '../../api/counted.ts';
import type { Clock } from '../../host/clock.ts';
import { Conflict, type FileEntry, type Store } from '../../store/store.ts';
import { archiveAt, type Backup, type Inventory, type SeenInventory } from '../inventory.ts';
import type { Lease } from '../lease/lease.ts';
import { recordName } from '../names.ts';
import { putJson } from '../put-json.ts';
import { isOf } from '../series.ts';
import { unreadAmongKept } from '../verify/reading-due.ts';
import { doubtOfClock } from './clock-doubt.ts';
import type { RetentionPlan } from './retention.ts';

/** Deletes what the plan drops, one exact revision after the other, each under the confirmed lease. */
export interface PruneOutcome {
  readonly deleted: readonly string[];
  readonly heldBecause: string | undefined;
}

/** Reasons to delete nothing tonight, whatever the plan says. */
export function reasonToHold({ series, records }: SeenInventory, now: Date, storeNow: Date): string | undefined {
  const skewMs = Math.abs(now.getTime() - storeNow.getTime());
  if (skewMs > 5 * 60_000)
    return `the clock is doubtful: it differs from the store's by ${Math.round(skewMs / 1000)} s`;
  if (records.unreadable.length > 0) return `run records can't be read: ${records.unreadable.length}`;
  const own = records.records.filter(({ record }) => isOf(series, record));
  return doubtOfClock(
    own.map(({ record }) => new Date(record.startTime)),
    now,
  );
}

/** The same of this very plan: whether those that let others go were read not long ago, where only reading tells. */
export function reasonNotToRely(plan: RetentionPlan, { backups }: SeenInventory, now: Date): string | undefined {
  if (plan.drop.length === 0) return undefined;
  const unread = unreadAmongKept(plan, backups, now);
  if (unread === 0) return undefined;
  return `not read for too long: ${counted(unread, 'backup')} of those that justify a deletion`;
}

export interface PruneContext {
  readonly destination: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export async function prune(plan: RetentionPlan, inventory: Inventory, context: PruneContext): Promise<PruneOutcome> {
  const { destination, lease, signal } = context;
  const deleted: string[] = [];
  const byName = new Map(inventory.backups.map((backup) => [backup.name, backup]));
  for (const name of plan.drop) {
    const backup = byName.get(name);
    if (!backup?.proof) continue;
    await lease.confirm(signal);
    try {
      await markPruned(backup.proof, context);
      for (const file of await filesToRemove(backup, inventory, context)) await destination.remove(file, signal);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      return { deleted, heldBecause: `${name} was changed by somebody else while it was to be deleted` };
    }
    deleted.push(name);
  }
  return { deleted, heldBecause: undefined };
}

/**
 * Those of its archives that no other backup's record names, the one that gives it its name last: while that one stands,
 * a later run sees that something is left to remove.
 */
async function filesToRemove(
  { file, proof }: Backup,
  { records }: Inventory,
  { destination, signal }: PruneContext,
): Promise<FileEntry[]> {
  const others = records.records.filter(({ record }) => record.runId !== proof?.record.runId && !record.prunedTime);
  const needed = new Set(others.flatMap(({ record }) => (record.archives ?? []).map(({ name }) => name)));
  const own = (proof?.record.archives ?? []).slice(1).filter(({ name }) => !needed.has(name));
  const files: FileEntry[] = [];
  for (const archive of own) {
    const there = await archiveAt(destination, archive, signal);
    if (there) files.push(there);
  }
  return [...files, file];
}

/** Before the deletion, so that a crash in between does not make the backup look lost. */
async function markPruned(
  proof: NonNullable<Backup['proof']>,
  { destination, clock, signal }: PruneContext,
): Promise<void> {
  const record = { ...proof.record, prunedTime: clock.now().toISOString() };
  await putJson(destination, { path: recordName(record.runId), value: record, current: proof.file }, signal);
}
