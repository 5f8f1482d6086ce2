import { counted } from '../api/counted.ts';
import type { Inventory } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease.ts';
import { type PruneOutcome, prune, reasonToHold, retentionOf, retentionReport } from '../repository/prune.ts';
import { type Night, warn } from './night.ts';

/** Last of all and only after a verified run: lets go of what has expired, and reports what is kept. */
export async function retain(night: Night, inventory: Inventory, lease: Lease, isLogged: boolean): Promise<void> {
  const { spec, destination, clock, signal, facts } = night;
  const plan = retentionOf(inventory, spec.retention);
  const held = await whyHeld(night, inventory, isLogged);
  let outcome: PruneOutcome = { deleted: [], heldBecause: held };
  if (held === undefined && spec.retention.mode === 'Enforce') {
    outcome = await prune(destination, inventory, plan, lease, clock, signal);
  }
  facts.retention = retentionReport(inventory, plan, spec.retention.mode, outcome, clock.now());
  if (outcome.heldBecause !== undefined && plan.drop.length > 0) {
    warn(night, 'RetentionHeld', `nothing more was deleted: ${outcome.heldBecause}`);
  } else if (plan.pending.length > 0 && spec.retention.mode === 'Enforce') {
    warn(
      night,
      'RetentionCapped',
      `${counted(plan.pending.length, 'more backup')} past retention, spec.retention.maxDeletionsPerRun is ${spec.retention.maxDeletionsPerRun}`,
    );
  }
  await reportSpace(night);
}

async function whyHeld(night: Night, inventory: Inventory, isLogged: boolean): Promise<string | undefined> {
  if (night.spec.retention.mode !== 'Enforce') return undefined;
  if (night.facts.skipped.count > 0) return 'this backup is incomplete';
  if (!isLogged) return 'the run could not be logged';
  return reasonToHold(inventory, night.clock.now(), await night.destination.now(night.signal));
}

async function reportSpace({ destination, signal, facts, clock }: Night): Promise<void> {
  const space = await destination.space(signal);
  if (space)
    facts.quota = { usedBytes: space.used, allocatedBytes: space.allocated, checkedTime: clock.now().toISOString() };
}
