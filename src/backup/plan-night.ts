import type { Failure } from '../host/errors.ts';
import { type Inventory, newestVerified } from '../repository/inventory.ts';
import type { RunRecord } from '../repository/record.ts';
import type { Identity } from '../store/store.ts';
import { namespaceFault, shrinkFault, spaceFault } from './guards.ts';
import { listSource } from './listing/listing.ts';
import type { Plan } from './listing/plan.ts';
import { type SealedPlan, sealPlan } from './listing/seal-plan.ts';
import type { Night } from './night.ts';

/** What there is tonight, held against the last night before anything is written. Throws what a guard refuses. */
export async function planNight(
  night: Night,
  plan: Plan,
  { source: identity, inventory }: { readonly source: Identity; readonly inventory: Inventory },
): Promise<SealedPlan> {
  const { progress, signal, source, destination, spec } = night;
  const before = lastNight(night, inventory);
  progress.begin('Listing');
  throwIf(namespaceFault(identity.namespace, before?.source.namespace));
  const { rounds } = await listSource(source, plan, {
    signal,
    expectedFiles: before?.source.totals?.files,
    onFiles: (count) => progress.advance(count, 0),
  });
  if (rounds > 1)
    night.warn(
      'ListingRepeated',
      `the source was listed ${rounds} times, because it came out shorter than the last backup`,
    );
  const sealed = await sealPlan(plan, signal);
  throwIf(shrinkFault(sealed.totals, before?.source.totals, spec.guards));
  throwIf(spaceFault(await destination.space(signal), sealed.totals.bytes, before?.sizes));
  return sealed;
}

interface LastNight {
  readonly source: RunRecord['source'];
  readonly sizes: { readonly source: number; readonly archive: number };
}

/** The newest verified backup of the same source: what tonight is compared with. */
function lastNight(night: Night, inventory: Inventory): LastNight | undefined {
  const record = newestVerified(inventory)?.proof?.record;
  if (!record?.report || record.source.location !== night.source.locate('')) return undefined;
  return { source: record.source, sizes: { source: record.report.sourceBytes, archive: record.report.archiveBytes } };
}

function throwIf(failure: Failure | undefined): void {
  if (failure) throw failure;
}
