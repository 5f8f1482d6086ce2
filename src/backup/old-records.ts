import { Conflict } from '../store/store.ts';
import type { Inventory } from './inventory.ts';
import type { Night } from './night.ts';

/** Records of runs that left no backup, or whose backup was pruned, are of no use once the log has had them this long. */
const KEEP_DAYS = 90;
const MOST_PER_RUN = 20;

export async function removeOldRecords(night: Night, inventory: Inventory): Promise<void> {
  const before = night.clock.now().getTime() - KEEP_DAYS * 86_400_000;
  const proving = new Set(inventory.backups.map((backup) => backup.proof?.record.runId));
  const lost = new Set(inventory.lost.map(({ record }) => record.runId));
  const old = inventory.records.records.filter(
    ({ record }) => Date.parse(record.startTime) < before && !proving.has(record.runId) && !lost.has(record.runId),
  );
  for (const { file } of old.slice(0, MOST_PER_RUN)) {
    try {
      await night.destination.remove(file, night.signal);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      night.log.warn({ record: file.name }, 'an old run record was changed by somebody else and stays');
    }
  }
}
