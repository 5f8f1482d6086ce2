import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { Clock } from '../../host/clock.ts';
import { Failure } from '../../host/errors.ts';
import { type FolderEntry, type Source, Unavailable } from '../../store/store.ts';
import type { Plan } from './plan.ts';

export interface ListingContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  onFiles(count: number): void;
}

/** Lists a folder with all below it. False when the source says that there is no such folder; one without access is named. */
export async function listBelow(
  source: Source,
  plan: Plan,
  folder: FolderEntry,
  { signal, onFiles }: ListingContext,
): Promise<boolean> {
  try {
    for await (const page of source.list(folder.path, { recursive: true, leaveOut: plan.excludesAll }, signal)) {
      if (page.kind === 'restart') {
        startAnew(plan, folder);
        continue;
      }
      plan.apply(page.entries);
      onFiles(page.entries.length);
    }
    return true;
  } catch (error) {
    if (error instanceof Unavailable) {
      nameAsMissing(plan, folder, error.reason);
      return true;
    }
    if (!(error instanceof Failure) || error.code !== 'SourceMissing') throw error;
    startAnew(plan, folder);
    return false;
  }
}

function startAnew(plan: Plan, folder: FolderEntry): void {
  plan.forget(folder.key);
  plan.apply([folder]);
}

/** The folder is accounted for as one line. */
export function nameAsMissing(plan: Plan, { path, key }: FolderEntry, reason: SkipReason): void {
  plan.forget(key);
  plan.apply([{ kind: 'unusable', path, key, reason }]);
}
