import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { Clock } from '../../host/clock.ts';
import { Failure } from '../../host/errors.ts';
import { type Entry, type FolderEntry, type Source, Unavailable } from '../../store/store.ts';
import type { Plan } from './plan.ts';
import { parentOf } from './sort-key.ts';

export interface ListingContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** When the night began. */
  readonly start: Date;
  /** Of each page; what is listed again is counted again. */
  onFiles(count: number): void;
}

/** Lists a folder with all below it. False when the source says that there is no such folder; one without access is named. */
export async function listBelow(
  source: Source,
  plan: Plan,
  folder: FolderEntry,
  context: ListingContext,
): Promise<boolean> {
  const { signal, onFiles } = context;
  const shared = new Map<string, FolderEntry>();
  try {
    for await (const page of source.list(folder.path, { recursive: true, leaveOut: plan.excludesAll }, signal)) {
      if (page.kind === 'restart') {
        startAnew(plan, folder);
        shared.clear();
        continue;
      }
      plan.apply(page.entries, page.looks);
      keepShared(shared, page.entries);
      onFiles(countFiles(page.entries));
    }
  } catch (error) {
    if (error instanceof Unavailable) {
      nameAsMissing(plan, folder, error.reason);
      // Another look shows where it is.
      if (error.reason === 'changed_during_run') plan.looks.doubt(parentOf(folder.key));
      return true;
    }
    if (!isMissing(error)) throw error;
    startAnew(plan, folder);
    return false;
  }
  await lookIntoShared(source, plan, shared.values(), context);
  return true;
}

/**
 * A shared folder that seems to hold nothing may be one whose content is not told beside what lies around it; asked by
 * itself, it is refused. What is not there any more the changes since tell of, and then it is not named.
 */
async function lookIntoShared(
  source: Source,
  plan: Plan,
  shared: Iterable<FolderEntry>,
  context: ListingContext,
): Promise<void> {
  for (const folder of shared)
    if (isSilent(plan, folder) && !(await listBelow(source, plan, folder, context)))
      nameAsMissing(plan, folder, 'unreadable');
}

/** Whether a listed folder shows nothing that lies in it. */
export const isSilent = (plan: Plan, { key, path }: FolderEntry): boolean =>
  plan.at(key)?.kind === 'folder' && !plan.holds(key) && !plan.excludesBelow(path);

export function keepShared(shared: Map<string, FolderEntry>, entries: readonly Entry[]): void {
  for (const entry of entries)
    if (entry.kind === 'folder' && entry.isShared) shared.set(entry.key, entry);
    else shared.delete(entry.key);
}

export const isMissing = (error: unknown): boolean => error instanceof Failure && error.code === 'SourceMissing';

function startAnew(plan: Plan, folder: FolderEntry): void {
  plan.forget(folder.key);
  plan.apply([folder]);
}

/** The folder is accounted for as one line. */
export function nameAsMissing(plan: Plan, { path, key }: Pick<FolderEntry, 'path' | 'key'>, reason: SkipReason): void {
  plan.forget(key);
  plan.apply([{ kind: 'unusable', path, key, reason }]);
}

export const countFiles = (entries: readonly Entry[]): number => entries.filter(({ kind }) => kind === 'file').length;
