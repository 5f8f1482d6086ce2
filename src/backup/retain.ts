import { counted } from '../api/counted.ts';
import type { RunReport } from '../api/report.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease/lease.ts';
import { type PruneOutcome, prune, reasonNotToRely, reasonToHold } from '../repository/retention/prune.ts';
import { planRetention, type RetentionPlan } from '../repository/retention/retention.ts';
import { type RetentionReport, retentionReport } from '../repository/retention/retention-report.ts';
import type { Logged } from './journal-runs.ts';
import type { Night } from './night.ts';

export interface RetainContext {
  readonly lease: Lease;
  readonly logged: Logged;
  /** What this night has made. */
  readonly backup: Pick<RunReport, 'skippedFiles'>;
}

/** Last of all and only after a verified run: lets go of what has expired, and reports what is kept. */
export async function retain(night: Night, inventory: SeenInventory, context: RetainContext): Promise<RetentionReport> {
  const { spec, destination, clock, signal } = night;
  const plan = planRetention(inventory.backups, spec.retention, clock.now());
  const heldBecause = await whyHeld(night, inventory, plan, context);
  const outcome: PruneOutcome =
    heldBecause === undefined && spec.retention.mode === 'Enforce'
      ? await prune(plan, inventory, { destination, lease: context.lease, clock, signal })
      : { deleted: [], heldBecause };
  tell(night, plan, outcome);
  return retentionReport({ inventory, plan, outcome }, spec.retention.mode, clock.now());
}

async function whyHeld(
  night: Night,
  inventory: SeenInventory,
  plan: RetentionPlan,
  { logged, backup }: RetainContext,
): Promise<string | undefined> {
  if (night.spec.retention.mode !== 'Enforce') return undefined;
  if (backup.skippedFiles > 0) return 'this backup is incomplete';
  if (logged === 'failed') return 'the run could not be logged';
  const now = night.clock.now();
  return (
    reasonToHold(inventory, now, await night.destination.now(night.signal)) ?? reasonNotToRely(plan, inventory, now)
  );
}

function tell(night: Night, { drop, pending }: RetentionPlan, { heldBecause }: PruneOutcome): void {
  const { mode, maxDeletionsPerRun } = night.spec.retention;
  if (heldBecause !== undefined && drop.length > 0)
    night.warn('RetentionHeld', `nothing more was deleted: ${heldBecause}`);
  else if (pending.length > 0 && mode === 'Enforce')
    night.warn(
      'RetentionCapped',
      `${counted(pending.length, 'more backup')} past retention, spec.retention.maxDeletionsPerRun is ${maxDeletionsPerRun}`,
    );
}
