import { counted } from '../api/counted.ts';
import type { Baseline, RunReport } from '../api/report.ts';
import type { Failure } from '../host/errors.ts';
import { sideBySide } from '../host/parallel.ts';
import { homeInWords } from '../repository/home.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import { kinshipOf } from '../repository/series.ts';
import type { Identity } from '../store/store.ts';
import { casesBefore } from './cases-before.ts';
import { baselineOf, keptNights, lastNight, type PastNight, tracesIn } from './guards/baseline.ts';
import { manifestFault, namespaceFault, spaceFault } from './guards/guards.ts';
import { largestOf, shrinkFault, slowShrink, type Totals, withUnseen } from './guards/shrink.ts';
import { type CaseCounts, unseenBy } from './guards/unseen.ts';
import { apartFrom } from './listing/apart-from.ts';
import { type Doubt, type ListingResult, listSource } from './listing/listing.ts';
import type { Plan } from './listing/plan.ts';
import { type SealedPlan, sealPlan } from './listing/seal-plan.ts';
import type { Night } from './night.ts';

export interface PlanContext {
  readonly inventory: SeenInventory;
  /** Whether a run of this policy has been here before, whatever the records say. */
  readonly wasHere: boolean;
  readonly identities: { readonly source: Identity; readonly destination: Identity };
  /** Of the source, of before this. */
  readonly bookmark: Promise<string | undefined>;
}

export interface PlannedNight {
  readonly sealed: SealedPlan;
  /** What was listed, and what could not be looked into counted as it was: the next night is compared with it. */
  readonly totals: Totals;
  /** Cases that could not be looked into, or not everywhere, as they were when they were last seen. */
  readonly unseen: readonly CaseCounts[];
  /** Cases of the night before that are gone. */
  readonly gone: readonly string[];
  readonly facts: PlanFacts;
}

/** What the report says of the plan. */
export type PlanFacts = Pick<RunReport, 'baseline' | 'excludedFiles' | 'goneCases'>;

/** What there is tonight, held against the nights before it, before anything is written. Throws what a guard refuses. */
export async function planNight(
  night: Night,
  plan: Plan,
  { inventory, wasHere, identities, bookmark }: PlanContext,
): Promise<PlannedNight> {
  const { progress, signal, source, destination, spec } = night;
  const { series } = inventory;
  const before = lastNight(series, inventory, night.start);
  const baseline = tellBaseline(night, before, { inventory, wasHere });
  progress.begin('Listing');
  throwIf(namespaceFault(series.source.namespace, before?.record.source.namespace));
  const backups = { identity: identities.destination, location: destination.locate('') };
  const apart = apartFrom(backups, source, identities.source.realm, plan);
  const cases = casesBefore(night, inventory);
  const [listed, known, space] = await sideBySide(
    signal,
    (until) =>
      listSource(apart, plan, {
        signal: until,
        clock: night.clock,
        start: night.start,
        expectedFiles: before?.totals.files,
        bookmark,
        casesBefore: cases,
        onFiles: (count) => progress.advance(count, 0),
      }),
    () => cases,
    (until) => destination.space(until),
  );
  tellListing(night, listed);
  const sealed = await sealPlan(plan, signal);
  const unseen = unseenBy(sealed.unseen, (name) => known?.get(name));
  const totals = withUnseen(sealed.totals, unseen.totals);
  throwIf(shrinkFault(totals, before?.totals, spec.guards));
  const slowly = slowShrink(totals, largestOf(keptNights(series, inventory, night)), spec.guards);
  if (slowly && 'fault' in slowly) throw slowly.fault;
  if (slowly) night.warn('SourceShrinking', slowly.warning);
  throwIf(manifestFault(sealed.cases));
  throwIf(spaceFault(space, sealed.totals.bytes, before?.sizes));
  const excludedFiles = tellExcluded(night, plan, sealed);
  const gone = known?.without([...sealed.cases, ...sealed.unseen]);
  return {
    sealed,
    totals,
    unseen: unseen.cases,
    gone: gone ?? [],
    facts: { baseline, excludedFiles, ...(gone && { goneCases: gone.length }) },
  };
}

/** A glob that was meant for a few leaves out nearly everything. */
function tellExcluded(night: Night, plan: Plan, { totals }: SealedPlan): number {
  const excluded = plan.countExcluded();
  const all = totals.files + excluded;
  if (excluded * 2 > all)
    night.warn('MostlyExcluded', `spec.source.exclude leaves out ${excluded} of ${counted(all, 'file')}`);
  return excluded;
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  shorter: 'it came out shorter than the last backup',
  expired: 'Dropbox no longer knew what had moved meanwhile',
};

function tellBaseline(
  night: Night,
  before: PastNight | undefined,
  { inventory, wasHere }: Pick<PlanContext, 'inventory' | 'wasHere'>,
): Baseline {
  const baseline = baselineOf(before, inventory, wasHere);
  const { length: unread } = inventory.records.unreadable;
  tellElsewhere(night, before, inventory);
  if (baseline.kind === 'Nothing')
    night.warn('NothingToCompare', `nothing tells how large the source was before: ${tracesIn(inventory)}`);
  else if (unread > 0)
    night.warn('RecordsUnreadable', `${counted(unread, 'run record')} can't be read; the guards know the others only`);
  return baseline;
}

/** Once: the next night has one of its own to compare with. */
function tellElsewhere(night: Night, before: PastNight | undefined, { series, backups }: SeenInventory): void {
  if (!before?.record.home || kinshipOf(series, before.record) !== 'elsewhere') return;
  const kept = backups.filter(({ status }) => status === 'elsewhere').length;
  night.warn(
    'PolicyElsewhere',
    `tonight is compared with run ${before.record.runId} of policy ${series.policy} in ${homeInWords(before.record.home)}; ${counted(kept, 'backup')} of that name and source from elsewhere stay, whatever their age`,
  );
}

function tellListing(night: Night, { rounds, doubts, moving, gaveUp }: ListingResult): void {
  if (gaveUp !== undefined)
    night.log.warn({}, `listing all at once was given up, and each case listed by itself: ${gaveUp}`);
  if (rounds > 1) {
    const why = [...doubts].map((doubt) => DOUBTS[doubt]).join(', and ');
    night.warn('ListingRepeated', `the source was listed ${rounds} times, because ${why}`);
  }
  if (moving > 0) {
    const what = counted(moving, 'folder');
    night.warn(
      'SourceMoving',
      `in ${what} entries came or went at each of many looks: what goes round there may be missing`,
    );
  }
}

function throwIf(failure: Failure | undefined): void {
  if (failure) throw failure;
}
