import { type EarlierRun, earlierRunSchema, hasPassed, MOST_EARLIER_RUNS } from '../api/report.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import type { RunRecord } from '../repository/record.ts';
import { isOf } from '../repository/series.ts';

/**
 * What the records say of the newest runs of other Jobs, newest first. The tries of one Job are one run; of a run by hand
 * without a Job nobody asks.
 */
export function earlierRuns(inventory: SeenInventory, ownSlot: string): EarlierRun[] {
  const standing = new Set(
    inventory.backups.flatMap(({ proof, status }) =>
      proof && (status === 'verified' || status === 'incomplete') ? [proof.record.runId] : [],
    ),
  );
  const bySlot = new Map<string, EarlierRun>();
  for (const { record } of inventory.records.records.toReversed()) {
    const { slot, runId } = record;
    if (slot === ownSlot || slot === runId || !isOf(inventory.series, record)) continue;
    const told = ofRecord(record, standing.has(runId));
    const other = bySlot.get(slot);
    if (told && (!other || (!other.backupPath && told.backupPath))) bySlot.set(slot, told);
  }
  return [...bySlot.values()].toSorted((a, b) => (a.runId < b.runId ? 1 : -1)).slice(0, MOST_EARLIER_RUNS);
}

/** Nothing is said of a backup that is no longer what was verified: it must not make a policy look protected. */
function ofRecord({ state, report, archives }: RunRecord, stands: boolean): EarlierRun | undefined {
  if (state !== 'finished' || !report) return undefined;
  const { runId, slot, result, reason, startTime, completionTime } = report;
  const told = { runId, slot, result, reason, startTime, completionTime };
  if (!archives) return result === 'Succeeded' || result === 'Incomplete' ? undefined : told;
  const { backup, verification, cases, files, sourceBytes, archiveBytes } = report;
  if (!stands || !backup || !verification || !hasPassed(verification)) return undefined;
  const { level } = verification;
  const made = { ...told, backupPath: backup.path, cases, files, sourceBytes, archiveBytes, level };
  // A path on a file system may be longer than a status takes.
  return earlierRunSchema.safeParse(made).success ? made : undefined;
}
