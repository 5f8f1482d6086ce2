import type { SeenInventory } from '../repository/inventory.ts';
import type { Lease } from '../repository/lease/lease.ts';
import { readAgain } from '../repository/verify/read-again.ts';
import { dueForReading } from '../repository/verify/reading-due.ts';
import type { Night } from './night.ts';

const MOST_MS = 3_600_000;

/**
 * Reads again what was longest unread, so that a disk which rots is found out while good copies stand, and tells what is
 * damaged. It takes half of the time that the run's deadline leaves, an hour at most, and what is left has its turn later.
 */
export async function readStored(night: Night, inventory: SeenInventory, lease: Lease): Promise<SeenInventory> {
  const { destination, clock, signal, progress } = night;
  const leftMs = night.start.getTime() + night.spec.job.activeDeadlineSeconds * 1000 - clock.now().getTime();
  const own = inventory.backups.filter(({ proof }) => proof?.record.runId !== night.runId);
  const known = await readAgain(dueForReading(own, clock.now()), {
    destination,
    lease,
    clock,
    signal,
    budgetMs: Math.max(0, Math.min(leftMs / 2, MOST_MS)),
    onBytes: (count) => progress.advance(0, count),
  });
  const backups = inventory.backups.map((backup) => known.get(backup.name) ?? backup);
  for (const { name, status, proof } of backups)
    if (status === 'damaged')
      night.warn(
        'BackupDamaged',
        `${destination.locate(name)} was read whole at ${proof?.record.damagedTime} and is no longer what was verified`,
      );
  return { ...inventory, backups };
}
