import type { Policy } from '../../api/policy.ts';
import type { Clock } from '../../host/clock.ts';
import { Failure } from '../../host/errors.ts';
import type { TellWaits } from '../../host/waits.ts';
import type { Store } from '../../store/store.ts';
import { identifyDestination } from '../identify-destination.ts';
import { type SeenInventory, seenBy, takeInventory } from '../inventory.ts';
import { acquireLease } from '../lease/lease.ts';
import { freshRunId } from '../names.ts';
import { seriesOf } from '../series.ts';
import { prune, reasonNotToRely, reasonToHold } from './prune.ts';
import { planRetention, type RetentionPlan } from './retention.ts';

/** Retention without a backup, for `backup-job prune`. The same plan, brakes and lease as after a run. */
export interface PruneOnlyOutcome extends Omit<RetentionPlan, 'drop'> {
  /** Deleted, or in a dry run what would be. */
  readonly deleted: readonly string[];
  readonly isDryRun: boolean;
  readonly heldBecause: string | undefined;
}

export interface PruneOnlyOptions {
  /** Only to look. */
  readonly dryRun: boolean;
  /** Delete although the policy's mode is Disabled or DryRun. */
  readonly force: boolean;
  readonly clock: Clock;
  readonly waits?: TellWaits | undefined;
  readonly signal: AbortSignal;
}

export async function pruneOnly(
  destination: Store,
  policy: Policy,
  { dryRun, force, clock, waits, signal }: PruneOnlyOptions,
): Promise<PruneOnlyOutcome> {
  const { mode } = policy.spec.retention;
  if (mode === 'Disabled' && !dryRun && !force) throw forbidden(policy);
  const isDryRun = dryRun || (mode === 'DryRun' && !force);
  const { root } = await identifyDestination(destination, signal);
  if (isDryRun || !root.exists) {
    const look = await lookAt(destination, policy, clock, signal);
    return told(look, { isDryRun, deleted: look.held === undefined ? look.plan.drop : [], heldBecause: look.held });
  }
  // Before anything is looked at: a run that ends meanwhile, or another prune, may take what justifies a deletion.
  const lost = new AbortController();
  const runId = freshRunId(clock.now());
  const both = AbortSignal.any([signal, lost.signal]);
  const lease = await acquireLease(destination, {
    runId,
    attempt: { slot: runId, policy: '', source: '' },
    clock,
    waits,
    signal: both,
    onLost: (failure: Failure) => lost.abort(failure),
  });
  try {
    const look = await lookAt(destination, policy, clock, both);
    if (look.held !== undefined) return told(look, { isDryRun, deleted: [], heldBecause: look.held });
    const outcome = await prune(look.plan, look.inventory, { destination, lease, clock, signal: both });
    return told(look, { isDryRun, ...outcome });
  } finally {
    // One that can't be given back expires, and what was deleted is told all the same.
    await lease.release(AbortSignal.timeout(15_000)).catch(() => undefined);
  }
}

interface Look {
  readonly inventory: SeenInventory;
  readonly plan: RetentionPlan;
  readonly held: string | undefined;
}

async function lookAt(destination: Store, policy: Policy, clock: Clock, signal: AbortSignal): Promise<Look> {
  const all = await takeInventory(destination, signal);
  const inventory = seenBy(seriesOf(policy, all.records.records), all);
  const now = clock.now();
  const plan = planRetention(inventory.backups, policy.spec.retention, now);
  const held = reasonToHold(inventory, now, await destination.now(signal)) ?? reasonNotToRely(plan, inventory, now);
  return { inventory, plan, held };
}

/** What has expired and was not deleted is pending: a later run's. */
function told(
  { plan: { keep, drop, pending } }: Look,
  outcome: Pick<PruneOnlyOutcome, 'deleted' | 'isDryRun' | 'heldBecause'>,
): PruneOnlyOutcome {
  const left = drop.filter((name) => !outcome.deleted.includes(name));
  return { ...outcome, keep, pending: [...left, ...pending] };
}

const forbidden = ({ metadata }: Policy): Failure =>
  new Failure(
    'RetentionDisabled',
    `spec.retention.mode of policy ${metadata.name} is Disabled: it lets nothing be deleted`,
    {
      hint: 'prune --dry-run shows what has expired; prune --force deletes it all the same',
    },
  );
