import type { EarlierRun, Verification } from '../api/report.ts';
import { Failure, messageOf } from '../host/errors.ts';
import type { Lease } from '../repository/lease/lease.ts';
import { FORMAT_VERSION } from '../repository/manifest.ts';
import { MOST_NAMES, nextName } from '../repository/names.ts';
import type { LayoutName, RunRecord, StoredArchive } from '../repository/record.ts';
import type { RecordKeeper } from '../repository/record-keeper.ts';
import { withTimeOf } from '../repository/renew-record.ts';
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
  readonly earlierRuns: readonly EarlierRun[];
  /** The one that people will know the backup by first. */
  readonly uploads: readonly Checked[];
}

/**
 * Moves the verified uploads to their names, the first of them last: that is the moment they are a backup. The record
 * says `committing` before, with the name, so that a crash right after the move leaves a backup that the next run can
 * recognise; the lease is confirmed in between, so that a run which lost it commits nothing. A name that something else
 * has, which no listing need have shown (a folder, a link, a file in other letters), is left to it for the next one.
 */
export async function commit(
  night: Night,
  { uploads, ...candidate }: Candidate,
  { keeper, lease }: { readonly keeper: RecordKeeper; readonly lease: Lease },
): Promise<void> {
  const { signal, start, spec } = night;
  const [first, ...others] = uploads;
  if (!first) throw new Error('there is nothing to commit');
  let main = first;
  for (let tried = 1; ; tried++) {
    await announce(night, { ...candidate, uploads: [main, ...others] }, keeper);
    await lease.confirm(signal);
    if (tried === 1)
      for (const other of others.toReversed()) if (!(await place(night, other, lease))) throw taken(night, other);
    const moved = await place(night, main, lease);
    if (moved) return await keepTime(night, moved, keeper);
    if (tried === MOST_NAMES) throw taken(night, main);
    main = { ...main, name: nextName(main.name, start, spec.timeZone) };
  }
}

async function announce(
  night: Night,
  { layout, source, facts, account, verification, earlierRuns, uploads }: Candidate,
  keeper: RecordKeeper,
): Promise<void> {
  const archives = uploads.map((upload) => storedArchive(upload, night.destination));
  const [main] = archives;
  if (!main) throw new Error('there is nothing to commit');
  const { name: _, modified: __, ...backup } = main;
  const report = reportOfMade(night, { account, facts, backup, verification, earlierRuns });
  await keeper.update({ state: 'committing', layout, source, archives, report }, night.signal);
}

const storedArchive = ({ file, contentHash, name }: Checked, destination: Store): StoredArchive => ({
  name,
  path: destination.locate(name),
  bytes: file.size,
  contentHash,
  manifestVersion: FORMAT_VERSION,
  modified: file.modified.toISOString(),
});

/**
 * A sync client, or the file system itself, may have given the upload another time since it was written. The backup stands
 * by now: without this it is known again only by reading it.
 */
async function keepTime({ signal, log }: Night, moved: FileEntry, keeper: RecordKeeper): Promise<void> {
  const { archives: announced = [] } = keeper.current;
  const archives = withTimeOf(moved, announced);
  if (archives.every(({ modified }, i) => modified === announced[i]?.modified)) return;
  try {
    await keeper.update({ archives }, signal);
  } catch (error) {
    log.warn({}, `the record could not be given the time of the backup: ${messageOf(error)}`);
  }
}

/** Undefined when the name is taken. */
async function place(
  { destination, signal }: Night,
  { file, name }: Checked,
  lease: Lease,
): Promise<FileEntry | undefined> {
  try {
    return await destination.move(file, name, signal);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await lease.confirm(signal);
    const there = await destination.stat(file.path, signal);
    // A folder gives a file another revision for a move that was tried and undone.
    const isOurs =
      there?.kind === 'file' &&
      there.size === file.size &&
      (there.contentHash ?? file.contentHash) === file.contentHash;
    if (isOurs) return undefined;
    const what = there ? 'replaced' : 'removed';
    throw new Failure('CommitConflict', `${destination.locate(file.path)}, our upload, was ${what} by somebody else`, {
      hint: 'nothing was overwritten; run again, and see who else writes into .case-backup/incoming',
      cause: error,
    });
  }
}

const taken = ({ destination }: Night, { name }: Checked): Failure =>
  new Failure('CommitConflict', `${destination.locate(name)} is taken, and so is every name that was tried before it`, {
    hint: 'nothing was overwritten; see who puts so many files or folders into the backup folder',
  });
