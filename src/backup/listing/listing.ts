import { counted } from '../../api/counted.ts';
import { Failure } from '../../host/errors.ts';
import { forEachParallel } from '../../host/parallel.ts';
import { type FileEntry, type FolderEntry, type Source, Unavailable } from '../../store/store.ts';
import type { Plan } from './plan.ts';

/**
 * Fills the plan from the source, case folder by case folder (one recursive listing of a huge tree "may lead to
 * performance issues or errors", Dropbox API, list_folder), and then applies what moved meanwhile, so that a file that
 * was renamed during the listing is there exactly once.
 */
export interface ListingOptions {
  readonly signal: AbortSignal;
  /** Files in the last verified backup: a listing that comes out shorter is made again before it is believed. */
  readonly expectedFiles: number | undefined;
  onFiles(count: number): void;
}

export interface ListingResult {
  /** Changes that arrived while the listing ran. */
  readonly drift: number;
  /** Listings made until two agreed. */
  readonly rounds: number;
}

const CASES_AT_ONCE = 4;
const MOST_ROUNDS = 3;

export async function listSource(source: Source, plan: Plan, options: ListingOptions): Promise<ListingResult> {
  let previous: number | undefined;
  for (let rounds = 1; ; rounds++) {
    plan.forget('');
    const drift = await listOnce(source, plan, options);
    const files = plan.countFiles();
    const enough = options.expectedFiles === undefined || files >= options.expectedFiles;
    if (enough || files === previous) return { drift, rounds };
    if (rounds === MOST_ROUNDS) {
      throw new Failure(
        'ListingUnstable',
        `${rounds} listings of ${source.locate('')} gave ${previous} and then ${counted(files, 'file')}`,
        {
          hint: 'the source is changing quickly or its listing is faulty; run again later',
        },
      );
    }
    previous = files;
  }
}

async function listOnce(source: Source, plan: Plan, options: ListingOptions): Promise<number> {
  const { signal } = options;
  const bookmark = await source.bookmark(signal);
  const cases = await listTop(source, plan, options);
  await forEachParallel(cases, CASES_AT_ONCE, (folder) => listCase(source, plan, folder, options));
  if (bookmark === undefined) return 0;
  const drift = await applyDrift(source, plan, bookmark, options);
  await plan.settleMoves(signal);
  return drift;
}

async function listTop(
  source: Source,
  plan: Plan,
  { signal, onFiles }: ListingOptions,
): Promise<Iterable<FolderEntry>> {
  const folders = new Map<string, FolderEntry>();
  for await (const page of source.list('', { recursive: false }, signal)) {
    if (page.kind === 'restart') {
      folders.clear();
      plan.forget('');
      continue;
    }
    plan.apply(page.entries);
    for (const entry of page.entries) {
      if (entry.kind === 'folder' && !plan.excludesAll(entry.path)) folders.set(entry.key, entry);
      else folders.delete(entry.key);
    }
    onFiles(page.entries.length);
  }
  return folders.values();
}

async function listCase(
  source: Source,
  plan: Plan,
  folder: FolderEntry,
  { signal, onFiles }: ListingOptions,
): Promise<void> {
  try {
    for await (const page of source.list(folder.path, { recursive: true }, signal)) {
      if (page.kind === 'restart') {
        plan.forget(folder.key);
        plan.apply([folder]);
        continue;
      }
      plan.apply(page.entries);
      onFiles(page.entries.length);
    }
  } catch (error) {
    const isGone = error instanceof Failure && error.code === 'SourceMissing';
    if (!isGone && !(error instanceof Unavailable)) throw error;
    plan.forget(folder.key);
    if (error instanceof Unavailable) {
      plan.apply([{ kind: 'unusable', path: folder.path, key: folder.key, reason: error.reason }]);
    }
  }
}

/** An expired bookmark changes nothing: the listing stands as it is, and what has moved is found missing on download. */
async function applyDrift(source: Source, plan: Plan, bookmark: string, { signal }: ListingOptions): Promise<number> {
  let drift = 0;
  for await (const page of source.changes(bookmark, signal)) {
    if (page.kind === 'restart') return drift;
    for (const entry of page.entries) {
      if (entry.kind === 'file') settleMovedFile(plan, entry);
      plan.apply([entry]);
      drift++;
    }
  }
  return drift;
}

/** A file that takes a folder's place removes what was below it; a file seen at a new place is no longer at its old one. */
function settleMovedFile(plan: Plan, file: FileEntry): void {
  plan.forget(file.key);
  if (file.id !== undefined) plan.moved(file.id, file.key);
}
