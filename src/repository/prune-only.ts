import type { Policy } from '../api/policy.ts';
import type { Clock } from '../host/clock.ts';
import type { Failure } from '../host/errors.ts';
import type { Store } from '../store/store.ts';
import { identifyDestination } from './identify-destination.ts';
import { seenBy, takeInventory } from './inventory.ts';
import { acquireLease } from './lease.ts';
import { freshRunId } from './names.ts';
import { prune, reasonToHold } from './prune.ts';
import { planRetention, type RetentionPlan } from './retention.ts';
import { seriesOf } from './series.ts';

/** Retention without a backup, for `backup-job prune`. The same plan, brakes and lease as after a run. */
export interface PruneOnlyOutcome extends Omit<RetentionPlan, 'drop'> {
  /** Deleted, or with dryRun what would be. */
  readonly deleted: readonly string[];
  readonly heldBecause: string | undefined;
}

export async function pruneOnly(
  destination: Store,
  policy: Policy,
  { dryRun, clock, signal }: { readonly dryRun: boolean; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<PruneOnlyOutcome> {
  await identifyDestination(destination, signal);
  const all = await takeInventory(destination, signal);
  const inventory = seenBy(seriesOf(policy, all.records.records), all);
  const { keep, drop, pending } = planRetention(inventory.backups, policy.spec.retention, clock.now());
  const held = reasonToHold(inventory, clock.now(), await destination.now(signal));
  if (held !== undefined || drop.length === 0)
    return { deleted: [], pending: [...drop, ...pending], keep, heldBecause: held };
  if (dryRun) return { deleted: drop, pending, keep, heldBecause: undefined };

  const lost = new AbortController();
  const runId = freshRunId(clock.now());
  const both = AbortSignal.any([signal, lost.signal]);
  const lease = await acquireLease(destination, {
    runId,
    attempt: { slot: runId, policy: '', source: '' },
    clock,
    signal: both,
    onLost: (failure: Failure) => lost.abort(failure),
  });
  try {
    const outcome = await prune({ keep, drop, pending }, inventory, { destination, lease, clock, signal: both });
    return { deleted: outcome.deleted, pending, keep, heldBecause: outcome.heldBecause };
  } finally {
    await lease.release(AbortSignal.timeout(15_000));
  }
}
