import { forEachParallel } from '../../host/parallel.ts';
import type { Line } from '../../store/list-options.ts';
import type { FolderEntry, Page, Source } from '../../store/store.ts';
import { countFiles, type ListingContext, listBelow, nameAsMissing } from './list-below.ts';
import { type CountsBefore, listWhole, mostCallsOf } from './list-whole.ts';
import type { Plan } from './plan.ts';

/** Of a disk. */
const FEW_AT_ONCE = 4;
/** How often a case that is there is asked for what it holds, when the answer is that it is not there. */
const MOST_LOOKS = 3;
const FIRST_PAUSE_MS = 1000;

/** Lists the top of the source, and each folder that lies there with all below it. */
export async function listCases(source: Source, plan: Plan, options: ListingContext): Promise<void> {
  await listAll(source, plan, await listTop(source, plan, options), options);
}

/**
 * The same, all at once where that takes fewer calls in a row. Resolves to why that was given up, if it was, and each case
 * listed by itself after all.
 */
export async function listQuickly(
  source: Source,
  plan: Plan,
  options: ListingContext & {
    readonly expectedFiles: number | undefined;
    readonly casesBefore?: Promise<CountsBefore | undefined>;
  },
): Promise<string | undefined> {
  const cases = await listTop(source, plan, options);
  if (source.line && cases.length <= source.line.listingsAtOnce) tellSoon(source.line, cases.length, options);
  const mostCalls = source.line && mostCallsOf(cases.length, options.expectedFiles, source.line);
  if (!source.line || mostCalls === undefined) {
    await listAll(source, plan, cases, options);
    return undefined;
  }
  const top = {
    cases,
    list: (from: Source, folders: readonly FolderEntry[]) => listAll(from, plan, folders, options),
  };
  const limits = { mostCalls, samples: source.line.listingsAtOnce, casesBefore: options.casesBefore };
  const doubt = await listWhole(source, plan, top, limits, options);
  if (doubt === undefined) return undefined;
  plan.forget('');
  await listCases(source, plan, options);
  return doubt;
}

/** Listed in one round of calls, they are read in the next but one. A case hardly has no file; how many, the last backup knows. */
function tellSoon(line: Line, cases: number, { expectedFiles }: { readonly expectedFiles: number | undefined }): void {
  line.expectReads?.(Math.max(cases, expectedFiles ?? 0));
}

async function listAll(
  source: Source,
  plan: Plan,
  folders: readonly FolderEntry[],
  options: ListingContext,
): Promise<void> {
  const lost = await listEach(source, plan, folders, options);
  if (lost.length > 0) await lookAgain(source, plan, lost, options);
}

async function listTop(source: Source, plan: Plan, options: ListingContext): Promise<FolderEntry[]> {
  const folders = await foldersAtTop(source, plan, options.signal, (page) => {
    if (page.kind === 'restart') return plan.forget('');
    plan.apply(page.entries, page.looks);
    options.onFiles(countFiles(page.entries));
  });
  return [...folders.values()].filter(({ path }) => !plan.excludesAll(path));
}

async function foldersAtTop(
  source: Source,
  plan: Plan,
  signal: AbortSignal,
  onPage: (page: Page) => void,
): Promise<ReadonlyMap<string, FolderEntry>> {
  const folders = new Map<string, FolderEntry>();
  for await (const page of source.list('', { recursive: false, leaveOut: plan.excludesAll }, signal)) {
    onPage(page);
    if (page.kind === 'restart') folders.clear();
    else
      for (const entry of page.entries) {
        if (entry.kind === 'folder') folders.set(entry.key, entry);
        else folders.delete(entry.key);
      }
  }
  return folders;
}

/** Resolves to the folders that the source says are not there. */
async function listEach(
  source: Source,
  plan: Plan,
  folders: Iterable<FolderEntry>,
  options: ListingContext,
): Promise<FolderEntry[]> {
  const lost: FolderEntry[] = [];
  await forEachParallel(folders, source.line?.listingsAtOnce ?? FEW_AT_ONCE, async (folder) => {
    if (!(await listBelow(source, plan, folder, options))) lost.push(folder);
  });
  return lost;
}

/**
 * One answer that a case is not there costs no case: it may be a fault of the moment, or a right that was taken away
 * (Dropbox says not_found to a member without access). Gone is what the top no longer lists and nothing else shows;
 * what is still there is listed again, and accounted for as unreadable when it stays refused.
 */
async function lookAgain(
  source: Source,
  plan: Plan,
  folders: readonly FolderEntry[],
  options: ListingContext,
): Promise<void> {
  const { clock, signal } = options;
  let lost = folders;
  for (let look = 1; lost.length > 0; look++) {
    const there = await stillThere(source, plan, lost, signal);
    if (look === MOST_LOOKS) {
      for (const folder of there) nameAsMissing(plan, folder, 'unreadable');
      return;
    }
    if (look > 1) await clock.sleep(FIRST_PAUSE_MS * 2 ** (look - 2), signal);
    lost = await listEach(source, plan, there, options);
  }
}

/** Forgets the others. */
async function stillThere(
  source: Source,
  plan: Plan,
  folders: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<FolderEntry[]> {
  const listed = await foldersAtTop(source, plan, signal, () => undefined);
  const there: FolderEntry[] = [];
  for (const folder of folders) {
    const now = listed.get(folder.key) ?? (await source.stat(folder.path, signal));
    plan.forget(folder.key);
    if (now) plan.apply([now]);
    else plan.looks.doubt('');
    if (now?.kind === 'folder') there.push(now);
  }
  return there;
}
