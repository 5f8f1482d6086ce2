import { join } from 'node:path';
import type { Verification } from '../api/report.ts';
import type { Failure } from '../host/errors.ts';
import { collectGarbageFor } from '../host/memory.ts';
import { type Inventory, newestVerified } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease.ts';
import type { RunRecord } from '../repository/record.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import type { Identity } from '../store/store.ts';
import type { Account } from './archive/ledger.ts';
import { type Checked, commit } from './commit.ts';
import { manifestFault, namespaceFault, shrinkFault, spaceFault } from './guards.ts';
import { whileStartIsLogged } from './journal-runs.ts';
import { type Layout, singleLayout } from './layout.ts';
import { type Doubt, listSource } from './listing/listing.ts';
import { openPlan, type Plan } from './listing/plan.ts';
import { type SealedPlan, sealPlan } from './listing/seal-plan.ts';
import type { Night } from './night.ts';
import { archiveAndUpload } from './upload.ts';
import { verifyUpload } from './verify-upload.ts';
import { inWorkFolder } from './work-folder.ts';

export interface MakeContext {
  readonly source: Identity;
  readonly inventory: Inventory;
  readonly lease: Lease;
  readonly keeper: RecordKeeper;
}

/** An upload that is not what was sent; it never got a name. */
export interface FoundWrong {
  readonly failure: Failure;
  readonly verification: Verification;
}

/** list → plan → guards → archive ⇒ upload → verify → commit. Undefined means that the backup stands at its name. */
export async function makeBackup(night: Night, context: MakeContext): Promise<FoundWrong | undefined> {
  const { keeper, lease } = context;
  const { account, namespace } = context.source;
  const source: RunRecord['source'] = {
    location: night.source.locate(''),
    ...(account !== undefined && { account }),
    ...(namespace !== undefined && { namespace }),
  };
  await keeper.update({ fence: lease.fence, source }, night.signal);
  return await whileStartIsLogged(night, keeper.current, () =>
    inWorkFolder(night, (folder) => makeIn(folder, night, context)),
  );
}

async function makeIn(folder: string, night: Night, context: MakeContext): Promise<FoundWrong | undefined> {
  const { keeper, inventory } = context;
  const plan = openPlan(join(folder, 'plan.sqlite'), night.spec.source.exclude);
  try {
    const sealed = await planNight(night, plan, context);
    collectGarbageFor(sealed.totals.files);
    const source = { ...keeper.current.source, totals: sealed.totals };
    const layout = singleLayout(night, { sealed, source, inventory, workFolder: folder });
    return await makeArchives(night, layout, source, context);
  } finally {
    plan.close();
  }
}

/** What there is tonight, held against the last night before anything is written. Throws what a guard refuses. */
async function planNight(night: Night, plan: Plan, { source: identity, inventory }: MakeContext): Promise<SealedPlan> {
  const { progress, signal, source, destination, spec } = night;
  const before = lastNight(night, inventory);
  progress.begin('Listing');
  throwIf(namespaceFault(identity.namespace, before?.source.namespace));
  const { rounds, doubts } = await listSource(source, plan, {
    signal,
    clock: night.clock,
    expectedFiles: before?.source.totals?.files,
    onFiles: (count) => progress.advance(count, 0),
  });
  if (rounds > 1) {
    const why = [...doubts].map((doubt) => DOUBTS[doubt]).join(', and ');
    night.warn('ListingRepeated', `the source was listed ${rounds} times, because ${why}`);
  }
  const sealed = await sealPlan(plan, signal);
  throwIf(shrinkFault(sealed.totals, before?.source.totals, spec.guards));
  throwIf(manifestFault(sealed.cases));
  throwIf(spaceFault(await destination.space(signal), sealed.totals.bytes, before?.sizes));
  return sealed;
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  shorter: 'it came out shorter than the last backup',
  expired: 'Dropbox no longer knew what had moved meanwhile',
};

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

/** The one loop over a night's archives, and their one commit. */
async function makeArchives(
  night: Night,
  layout: Layout,
  source: RunRecord['source'],
  context: MakeContext,
): Promise<FoundWrong | undefined> {
  const uploads: Checked[] = [];
  const accounts: Account[] = [];
  const verifications: Verification[] = [];
  for (const archive of layout.archives) {
    const uploaded = await archiveAndUpload(night, archive, source.totals ?? {});
    const { file, written } = uploaded;
    night.progress.begin('Verifying', { files: 1, bytes: file.size });
    const check = await verifyUpload(night, uploaded);
    if (!check.isGood) return check;
    uploads.push({ file, contentHash: check.contentHash, name: archive.name });
    accounts.push(written.account);
    verifications.push(check.verification);
  }
  night.progress.begin('Committing');
  const [[account], [verification]] = [accounts, verifications];
  if (!account || !verification) throw new Error(`layout ${layout.name} has no archive`);
  await commit(night, { layout: layout.name, source, account, verification, uploads }, context);
  return undefined;
}
