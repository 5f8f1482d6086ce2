import type { Clock } from '../../host/clock.ts';
import { Conflict, type FileEntry, type Store, Unavailable } from '../../store/store.ts';
import type { Backup } from '../inventory.ts';
import type { Lease } from '../lease/lease.ts';
import { recordName } from '../names.ts';
import { putJson } from '../put-json.ts';
import type { RunRecord, StoredArchive } from '../record.ts';
import { renewedRecord, withTimeOf } from '../renew-record.ts';

export interface ReadAgainContext {
  readonly destination: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is not read by then has its turn another night. */
  readonly budgetMs: number;
  onBytes(count: number): void;
}

/**
 * Reads these backups whole and lets their records say when that was and what came of it. Returns them as they are known
 * now; those that could not be read, or not in time, stay as they were.
 */
export async function readAgain(
  due: readonly Backup[],
  context: ReadAgainContext,
): Promise<ReadonlyMap<string, Backup>> {
  const known = new Map<string, Backup>();
  const over = AbortSignal.timeout(context.budgetMs);
  const both = AbortSignal.any([context.signal, over]);
  for (const backup of due) {
    try {
      const now = await readOne(backup, { ...context, signal: both });
      if (now) known.set(backup.name, now);
    } catch (error) {
      context.signal.throwIfAborted();
      if (over.aborted) break;
      throw error;
    }
  }
  return known;
}

async function readOne(backup: Backup, context: ReadAgainContext): Promise<Backup | undefined> {
  const { destination, lease, clock, signal } = context;
  const { proof, file } = backup;
  if (!proof) return undefined;
  const outcome = await outcomeOf(proof.record, file, context);
  if (outcome === 'unknown') return undefined;
  const time = clock.now().toISOString();
  const record = outcome === 'same' ? renewedRecord(proof.record, file, time) : damagedRecord(proof.record, file, time);
  await lease.confirm(signal);
  try {
    const written = await putJson(
      destination,
      { path: recordName(record.runId), value: record, current: proof.file },
      signal,
    );
    const good = record.report?.result === 'Succeeded' ? 'verified' : 'incomplete';
    return { ...backup, proof: { file: written, record }, status: outcome === 'same' ? good : 'damaged' };
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

/** With the time of the damaged file, by which a copy that takes its place is told from it. */
const damagedRecord = ({ archives = [], ...record }: RunRecord, file: FileEntry, damagedTime: string): RunRecord => ({
  ...record,
  archives: withTimeOf(file, archives),
  damagedTime,
});

type Outcome = 'same' | 'damaged' | 'unknown';

/** Of all that it consists of; the one that gives it its name was listed, the others are looked up. */
async function outcomeOf({ archives = [] }: RunRecord, main: FileEntry, context: ReadAgainContext): Promise<Outcome> {
  for (const [index, archive] of archives.entries()) {
    const file = index === 0 ? main : await context.destination.stat(archive.name, context.signal);
    if (file?.kind !== 'file') return 'damaged';
    const outcome = await compared(file, archive, context);
    if (outcome !== 'same') return outcome;
  }
  return 'same';
}

/** A disk that gives an error for it has damaged it; what was changed or taken away meanwhile is no matter of the disk. */
async function compared(
  file: FileEntry,
  archive: StoredArchive,
  { destination, signal, onBytes }: ReadAgainContext,
): Promise<Outcome> {
  try {
    const chunks = destination.stream(file, signal);
    for (;;) {
      const next = await chunks.next();
      if (next.done) return next.value.contentHash === archive.contentHash ? 'same' : 'damaged';
      onBytes(next.value.length);
    }
  } catch (error) {
    if (error instanceof Unavailable) return error.reason === 'unreadable' ? 'damaged' : 'unknown';
    throw error;
  }
}
