import { Failure } from '../host/errors.ts';
import type { Inventory } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease.ts';
import { FORMAT_VERSION } from '../repository/manifest.ts';
import { backupName } from '../repository/names.ts';
import type { RecordKeeper } from '../repository/record.ts';
import { Conflict, type FileEntry } from '../store/store.ts';
import { buildReport } from './build-report.ts';
import type { Night } from './night.ts';

/**
 * Moves the verified upload to its name. The record says `committing` first, so that a crash right after the move
 * leaves a backup that the next run can recognise; the lease is confirmed in between, so that a run which lost it
 * commits nothing.
 */
export async function commit(
  night: Night,
  incoming: FileEntry,
  contentHash: string,
  context: { readonly keeper: RecordKeeper; readonly lease: Lease; readonly inventory: Inventory },
): Promise<void> {
  const { destination, facts, signal, start, spec } = night;
  const taken = new Set(context.inventory.backups.map((backup) => backup.name));
  const name = backupName(start, spec.timeZone, (candidate) => taken.has(candidate));
  const backup = { path: destination.locate(name), bytes: incoming.size, contentHash, manifestVersion: FORMAT_VERSION };
  facts.backup = backup;
  await context.keeper.update(
    {
      state: 'committing',
      source: { ...context.keeper.current.source, ...(facts.listed && { totals: facts.listed }) },
      backup,
      backupModified: incoming.modified.toISOString(),
      report: buildReport(night, undefined),
    },
    signal,
  );
  await context.lease.confirm(signal);
  try {
    await destination.move(incoming, name, signal);
  } catch (error) {
    delete facts.backup;
    if (!(error instanceof Conflict)) throw error;
    await context.lease.confirm(signal);
    throw new Failure('CommitConflict', `${backup.path} was made, or our upload removed, by somebody else`, {
      hint: 'nothing was overwritten; run again',
      cause: error,
    });
  }
}
