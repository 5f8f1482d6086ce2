import type { RunReport } from '../api/report.ts';

/**
 * How many more backups of that size fit into the free space, whole ones; undefined where either is not known. Retention
 * is left out: where it frees a night for every new one, the number stays what it is.
 */
export function nightsLeft(quota: RunReport['quota'], archiveBytes: number | undefined): number | undefined {
  if (!quota || !archiveBytes) return undefined;
  // An account may be over its quota, after a downgrade for example.
  const free = Math.max(0, quota.allocatedBytes - quota.usedBytes);
  return Math.floor(free / archiveBytes);
}
