import { forEachParallel } from '../../host/parallel.ts';
import type { FolderEntry, Page, Source } from '../../store/store.ts';
import { countFiles, type ListingContext, listBelow, nameAsMissing } from './list-below.ts';
import type { Plan } from './plan.ts';

const CASES_AT_ONCE = 4;
/** How often a case that is there is asked for what it holds, when the answer is that it is not there. */
const MOST_LOOKS = 3;
const FIRST_PAUSE_MS = 1000;

/** Lists the top of the source, and each folder that lies there with all below it. */
export async function listCases(source: Source, plan: Plan, options: ListingContext): Promise<void> {
  const cases = await listTop(source, plan, options);
  const lost = await listEach(source, plan, cases, options);
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
  await forEachParallel(folders, CASES_AT_ONCE, async (folder) => {
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
