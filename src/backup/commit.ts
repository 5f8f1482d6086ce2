import type { Verification } from '../api/report.ts';
import { Failure } from '../host/errors.ts';
import type { Lease } from '../repository/lease.ts';
import { FORMAT_VERSION } from '../repository/manifest.ts';
import type { LayoutName, RunRecord, StoredArchive } from '../repository/record.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import type { Account } from './archive/ledger.ts';
import type { Night } from './night.ts';
import type { PlanFacts } from './plan-night.ts';
import { reportOfMade } from './report.ts';

/** A verified upload and the name that it is to get. */
export interface Checked {
  readonly file: FileEntry;
  readonly contentHash: string;
  readonly name: string;
}

/** A night's work, checked, on the last step before it counts. */
export interface Candidate {
  readonly layout: LayoutName;
  readonly source: RunRecord['source'];
  readonly facts: PlanFacts;
  readonly account: Account;
  readonly verification: Verification;
  /** The one that people will know the backup by first. */
  readonly uploads: readonly Checked[];
}

/**
 * Moves the verified uploads to their names, the first of them last: that is the moment they are a backup. The record
 * says `committing` before, so that a crash right after it leaves a backup that the next run can recognise; the lease is
 * confirmed in between, so that a run which lost it commits nothing.
 */
export async function commit(
  night: Night,
  { layout, source, facts, account, verification, uploads }: Candidate,
  { keeper, lease }: { readonly keeper: RecordKeeper; readonly lease: Lease },
): Promise<void> {
  const { destination, signal } = night;
  const archives = uploads.map((upload) => storedArchive(upload, destination));
  const [main] = archives;
  if (!main) throw new Error('there is nothing to commit');
  const { name: _, modified: __, ...backup } = main;
  const report = reportOfMade(night, { account, facts, backup, verification });
  await keeper.update({ state: 'committing', layout, source, archives, report }, signal);
  await lease.confirm(signal);
  for (const upload of uploads.toReversed()) await place(night, upload, lease);
}

const storedArchive = ({ file, contentHash, name }: Checked, destination: Store): StoredArchive => ({
  name,
  path: destination.locate(name),
  bytes: file.size,
  contentHash,
  manifestVersion: FORMAT_VERSION,
  modified: file.modified.toISOString(),
});

async function place({ destination, signal }: Night, { file, name }: Checked, lease: Lease): Promise<void> {
  try {
    await destination.move(file, name, signal);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await lease.confirm(signal);
    throw new Failure(
      'CommitConflict',
      `${destination.locate(name)} was made, or our upload removed, by somebody else`,
      { hint: 'nothing was overwritten; run again', cause: error },
    );
  }
}
