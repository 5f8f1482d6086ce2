import { join } from 'node:path';
import type { Verification } from '../api/report.ts';
import type { Failure } from '../host/errors.ts';
import { collectGarbageFor } from '../host/memory.ts';
import { sideBySide } from '../host/parallel.ts';
import type { Lease } from '../repository/lease/lease.ts';
import type { RunRecord } from '../repository/record.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import type { Origin } from '../repository/series.ts';
import type { Account } from './archive/ledger.ts';
import { type Checked, commit } from './commit.ts';
import { earlierRuns } from './earlier-runs.ts';
import type { Totals } from './guards/shrink.ts';
import { whileStartIsLogged } from './journal-runs.ts';
import { type Layout, singleLayout } from './layout.ts';
import { openPlan } from './listing/plan.ts';
import type { Night } from './night.ts';
import { type PlanContext, type PlanFacts, planNight } from './plan-night.ts';
import { archiveAndUpload } from './upload.ts';
import { levelOf } from './verification-level.ts';
import { verifyUpload } from './verify-upload.ts';
import { inWorkFolder } from './work-folder.ts';

export interface MakeContext extends PlanContext {
  readonly lease: Lease;
  readonly keeper: RecordKeeper;
  /** Keeps the policy beside the backups; never throws but when the run ends. */
  remember(): Promise<void>;
}

/** An upload that is not what was sent; it never got a name. */
export interface FoundWrong {
  readonly failure: Failure;
  readonly verification: Verification;
}

/** list → plan → guards → archive ⇒ upload → verify → commit. Undefined means that the backup stands at its name. */
export async function makeBackup(night: Night, context: MakeContext): Promise<FoundWrong | undefined> {
  const begun = putOnRecord(night, context);
  // In the end too: whoever closes a run that has failed writes the same record.
  return await whileStartIsLogged(night, begun, () =>
    inWorkFolder(night, (folder) => makeIn(folder, night, begun, context)),
  ).finally(() => begun.catch(() => undefined));
}

/** One after the other: Dropbox refuses changes of one namespace that come at once (too_many_write_operations). */
async function putOnRecord(night: Night, { keeper, lease, inventory, remember }: MakeContext): Promise<RunRecord> {
  await remember();
  await keeper.update({ fence: lease.fence, source: inventory.series.source }, night.signal);
  return keeper.current;
}

async function makeIn(
  folder: string,
  night: Night,
  begun: Promise<RunRecord>,
  context: MakeContext,
): Promise<FoundWrong | undefined> {
  const { keeper, inventory } = context;
  const plan = openPlan(join(folder, 'plan.sqlite'), night.spec.source.exclude);
  try {
    // What is only read need not wait for the record; nothing is written before it stands.
    const [{ sealed, totals, unseen, gone, facts }] = await sideBySide(
      night.signal,
      (signal) => planNight({ ...night, signal }, plan, context),
      () => begun,
    );
    collectGarbageFor(sealed.totals.files);
    const source = { ...keeper.current.source, totals };
    const layout = singleLayout(night, { sealed, unseen, gone, source, inventory, workFolder: folder });
    return await makeArchives(night, { layout, listed: sealed.totals, source, facts }, context);
  } finally {
    plan.close();
  }
}

interface Laid {
  readonly layout: Layout;
  readonly listed: Totals;
  readonly source: Origin;
  readonly facts: PlanFacts;
}

/** The one loop over a night's archives, and their one commit. */
async function makeArchives(
  night: Night,
  { layout, listed, source, facts }: Laid,
  context: MakeContext,
): Promise<FoundWrong | undefined> {
  const uploads: Checked[] = [];
  const accounts: Account[] = [];
  const verifications: Verification[] = [];
  const level = levelOf(night.spec.verification, context.inventory, night.start);
  for (const archive of layout.archives) {
    const uploaded = await archiveAndUpload(night, archive, listed);
    const { file, written } = uploaded;
    night.progress.begin('Verifying', { files: 1, bytes: file.size });
    const check = await verifyUpload(night, uploaded, level);
    if (!check.isGood) return check;
    uploads.push({ file, contentHash: check.contentHash, name: archive.name });
    accounts.push(written.account);
    verifications.push(check.verification);
  }
  night.progress.begin('Committing');
  const [[account], [verification]] = [accounts, verifications];
  if (!account || !verification) throw new Error(`layout ${layout.name} has no archive`);
  const candidate = { layout: layout.name, source, facts, account, verification, uploads };
  await commit(night, { ...candidate, earlierRuns: earlierRuns(context.inventory, night.slot) }, context);
  return undefined;
}
