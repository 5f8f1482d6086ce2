import { type ListingOptions, type ListingResult, listSource } from '../../../src/backup/listing/listing.ts';
import { openPlan, type PlanEntry } from '../../../src/backup/listing/plan.ts';
import type { Source } from '../../../src/store/store.ts';
import { hurriedClock } from '../../store/hurried-clock.ts';

export const NIGHT_START = new Date('2026-11-23T03:00:00.500Z');

export interface Listed extends ListingResult {
  readonly entries: readonly PlanEntry[];
  /** `USA001/letter.txt`, of an unusable one with its reason behind it, without folders, in the archive's order. */
  readonly files: readonly string[];
}

/** What a night would plan of this source. */
export async function listedPlan(source: Source, options: Partial<ListingOptions> = {}): Promise<Listed> {
  const plan = openPlan(':memory:', []);
  const signal = new AbortController().signal;
  try {
    const result = await listSource(source, plan, {
      signal,
      clock: hurriedClock(),
      start: NIGHT_START,
      expectedFiles: undefined,
      onFiles: () => undefined,
      ...options,
    });
    const entries = [...plan.entries()];
    const files = entries.filter(({ kind }) => kind !== 'folder');
    return { ...result, entries, files: files.map((entry) => shown(entry)) };
  } finally {
    plan.close();
  }
}

const shown = (entry: PlanEntry): string => (entry.kind === 'unusable' ? `${entry.path}: ${entry.reason}` : entry.path);
