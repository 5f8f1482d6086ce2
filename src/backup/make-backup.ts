import { join } from 'node:path';
import type { Failure } from '../host/errors.ts';
import { collectGarbageFor } from '../host/memory.ts';
import { type Inventory, newestVerified } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease.ts';
import type { RecordKeeper, RunRecord } from '../repository/record.ts';
import type { Identity } from '../store/store.ts';
import { commit } from './commit.ts';
import { namespaceFault, shrinkFault, spaceFault } from './guards.ts';
import { journalStart } from './journal-runs.ts';
import { excludedBy } from './listing/exclude.ts';
import { listSource } from './listing/listing.ts';
import { openPlan } from './listing/plan.ts';
import { sealPlan } from './listing/seal-plan.ts';
import { type Night, warn } from './night.ts';
import { archiveAndUpload } from './upload.ts';
import { verifyUpload } from './verify-upload.ts';
import { makeWorkFolder, removeWorkFolder } from './work-folder.ts';

export interface MakeContext {
  readonly identities: { readonly source: Identity; readonly destination: Identity };
  readonly inventory: Inventory;
  readonly lease: Lease;
  readonly keeper: RecordKeeper;
}

/** list → plan → guards → archive ⇒ upload → verify → commit. When it returns, the backup stands at its name. */
export async function makeBackup(night: Night, context: MakeContext): Promise<void> {
  const { keeper, lease, identities } = context;
  const source = {
    location: night.source.locate(''),
    ...(identities.source.account !== undefined && { account: identities.source.account }),
    ...(identities.source.namespace !== undefined && { namespace: identities.source.namespace }),
  };
  await keeper.update({ fence: lease.fence, source }, night.signal);
  const start = new AbortController();
  const logged = journalStart(night, keeper.current, start.signal);
  try {
    await makeInFolder(night, context);
  } finally {
    // The row that says how the run ended says all that this one would: a backup that is done must not wait for it.
    start.abort();
    await logged;
  }
}

async function makeInFolder(night: Night, context: MakeContext): Promise<void> {
  const folder = await makeWorkFolder(night.workParent, night.runId);
  try {
    await makeIn(folder, night, context);
  } finally {
    await removeWorkFolder(folder);
  }
}

async function makeIn(folder: string, night: Night, context: MakeContext): Promise<void> {
  const { progress, signal, source, destination, spec, facts } = night;
  const before = lastNight(night, context.inventory);
  const plan = openPlan(join(folder, 'plan.sqlite'), excludedBy(spec.source.exclude));
  try {
    progress.begin('Listing');
    throwIf(namespaceFault(context.identities.source.namespace, before?.source.namespace));
    const listing = await listSource(source, plan, {
      signal,
      expectedFiles: before?.source.totals?.files,
      onFiles: (count) => progress.advance(count, 0),
    });
    if (listing.rounds > 1)
      warn(
        night,
        'ListingRepeated',
        `the source was listed ${listing.rounds} times, because it came out shorter than the last backup`,
      );
    const sealed = sealPlan(plan);
    facts.listed = sealed.totals;
    throwIf(shrinkFault(sealed.totals, before?.source.totals, spec.guards));
    throwIf(spaceFault(await destination.space(signal), sealed.totals.bytes, before?.sizes));

    collectGarbageFor(sealed.totals.files);
    progress.begin('Archiving', sealed.totals);
    const uploaded = await archiveAndUpload({ folder, plan, sealed, source: context.keeper.current.source }, night);

    progress.begin('Verifying', { files: 1, bytes: uploaded.file.size });
    const contentHash = await verifyUpload(night, uploaded);

    progress.begin('Committing');
    await commit(night, uploaded.file, contentHash, context);
  } finally {
    plan.close();
  }
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
