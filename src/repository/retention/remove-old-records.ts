import type { Clock } from '../../host/clock.ts';
import type { Log } from '../../host/log.ts';
import { Conflict, type Store } from '../../store/store.ts';
import type { SeenInventory } from '../inventory.ts';
import type { Lease } from '../lease/lease.ts';
import { isOf } from '../series.ts';

/** Records of runs that left no backup, or whose backup was pruned, are of no use after this long, once the log has them. */
const KEEP_DAYS = 90;
const MOST_PER_RUN = 20;

export interface OldRecordsContext {
  readonly destination: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export async function removeOldRecords(
  { destination, lease, clock, log, signal }: OldRecordsContext,
  { backups, lost: gone, records, series }: SeenInventory,
): Promise<void> {
  const before = clock.now().getTime() - KEEP_DAYS * 86_400_000;
  const proving = new Set(backups.map((backup) => backup.proof?.record.runId));
  const lost = new Set(gone.map(({ record }) => record.runId));
  const old = records.records.filter(
    ({ record }) =>
      isOf(series, record) &&
      Date.parse(record.startTime) < before &&
      !proving.has(record.runId) &&
      !lost.has(record.runId),
  );
  for (const { file } of old.slice(0, MOST_PER_RUN)) {
    await lease.confirm(signal);
    try {
      await destination.remove(file, signal);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      log.warn({ record: file.name }, 'an old run record was changed by somebody else and stays');
    }
  }
}
