import { Failure, messageOf } from '../../host/errors.ts';
import { inTurns } from '../../host/in-turns.ts';
import type { Line } from '../../store/list-options.ts';
import { type Entry, type FolderEntry, type Page, type Source, Unavailable } from '../../store/store.ts';
import { countFiles, isSilent, keepShared, type ListingContext } from './list-below.ts';
import type { Plan } from './plan.ts';

/** A listing of so many calls is over in some seconds, whatever another way would take. */
const FEW_CALLS = 32;

/**
 * How many calls a listing of everything may take, one after the other, before the listing of each case by itself is as
 * quick, so many at once; undefined where that is quicker from the beginning.
 */
export function mostCallsOf(
  cases: number,
  expectedFiles: number | undefined,
  { listingsAtOnce, entriesPerCall }: Line,
): number | undefined {
  if (cases <= listingsAtOnce) return undefined;
  const most = Math.max(FEW_CALLS, Math.ceil(cases / listingsAtOnce));
  return (expectedFiles ?? 0) / entriesPerCall > most ? undefined : most;
}

/** Where the top was listed: what lies there, and who lists one of it by itself. */
export interface Top {
  readonly cases: readonly FolderEntry[];
  list(source: Source, folders: readonly FolderEntry[]): Promise<void>;
}

/** What there was of each case in the last backup. */
export interface CountsBefore {
  get(name: string): { readonly files: number; readonly bytes: number } | undefined;
}

export interface WholeOptions {
  readonly mostCalls: number;
  /** So many of the cases that show no less than before are listed by themselves all the same. */
  readonly samples: number;
  readonly casesBefore: Promise<CountsBefore | undefined> | undefined;
}

/**
 * Lists everything in one recursive listing, and then by themselves the cases and shared folders that it shows nothing
 * of, those of which it shows less than the last backup has, and some others, each of which has its turn in some night.
 * Resolves to why that is not to be relied on, if it is not; then the plan has to be begun anew. "May lead to performance
 * issues or errors" (Dropbox API, list_folder).
 */
export async function listWhole(
  source: Source,
  plan: Plan,
  { cases, list }: Top,
  { mostCalls, samples, casesBefore }: WholeOptions,
  context: ListingContext,
): Promise<string | undefined> {
  const shared = new Map<string, FolderEntry>();
  const doubt = await listInOne(source, plan, shared, mostCalls, context);
  if (doubt !== undefined) return doubt;
  plan.apply(cases.filter(({ key }) => plan.at(key) === undefined));
  const silent = [...new Map([...cases, ...shared.values()].map((folder) => [folder.key, folder])).values()].filter(
    (folder) => isSilent(plan, folder),
  );
  const shown = cases.filter((folder) => plan.at(folder.key)?.kind === 'folder' && !isSilent(plan, folder));
  const shrunk = await shrunkCases(plan, shown, await casesBefore, context.signal);
  let isComplete = true;
  const compared = comparing(source, plan, () => {
    isComplete = false;
  });
  await list(compared, [...silent, ...new Set([...shrunk, ...inTheirTurn(shown, samples, context.start)])]);
  return isComplete ? undefined : 'it did not tell of a file that the listing of its folder tells of';
}

async function listInOne(
  source: Source,
  plan: Plan,
  shared: Map<string, FolderEntry>,
  mostCalls: number,
  { signal, onFiles }: ListingContext,
): Promise<string | undefined> {
  const options = { recursive: true, leaveOut: plan.excludesAll, isTrial: true };
  let calls = 0;
  try {
    for await (const page of source.list('', options, signal)) {
      if (page.kind === 'restart') {
        plan.forget('');
        shared.clear();
        continue;
      }
      calls += 1;
      if (calls > mostCalls) return `it is longer than ${mostCalls} pages`;
      const entries = page.entries.filter((entry) => !isInLeftOutCase(entry, plan));
      plan.apply(entries);
      keepShared(shared, entries);
      onFiles(countFiles(entries));
    }
    return undefined;
  } catch (error) {
    // No verdict on the source: the other way may go, and if it does not, what it says is the better reason.
    if (signal.aborted || !(error instanceof Failure || error instanceof Unavailable)) throw error;
    return messageOf(error);
  }
}

/** As if it had not been opened. */
function isInLeftOutCase(entry: Entry, plan: Plan): boolean {
  if (entry.kind === 'deleted') return false;
  const end = entry.path.indexOf('/');
  return end > 0 && plan.excludesAll(entry.path.slice(0, end));
}

/** What is left out of one case may be made up for by what came to others, or even to the same: one of its two counts tells. */
async function shrunkCases(
  plan: Plan,
  cases: readonly FolderEntry[],
  before: CountsBefore | undefined,
  signal: AbortSignal,
): Promise<FolderEntry[]> {
  const shrunk: FolderEntry[] = [];
  for await (const folder of inTurns(before ? cases : [], signal)) {
    const had = before?.get(folder.path);
    if (!had) continue;
    const { files, bytes } = plan.countBelow(folder.key);
    if (files < had.files || bytes < had.bytes) shrunk.push(folder);
  }
  return shrunk;
}

const DAY_MS = 86_400_000;

/** Some of all, other ones in each night, until all were among them. */
function inTheirTurn<T>(all: readonly T[], count: number, night: Date): T[] {
  const groups = Math.max(1, Math.ceil(all.length / count));
  const turn = Math.floor(night.getTime() / DAY_MS) % groups;
  return all.filter((_, at) => at % groups === turn);
}

/** The same source, telling of each file that it lists and the plan does not have. */
function comparing(source: Source, plan: Plan, onNew: () => void): Source {
  const isNew = (entry: Entry): boolean =>
    entry.kind === 'file' && plan.at(entry.key) === undefined && !plan.excludes(entry.path);
  return { ...source, list: (folder, options, signal) => compared(source.list(folder, options, signal)) };

  async function* compared(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    for await (const page of pages) {
      if (page.kind === 'entries' && page.entries.some(isNew)) onNew();
      yield page;
    }
  }
}
