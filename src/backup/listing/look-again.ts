import { inTurns } from '../../host/in-turns.ts';
import { forEachParallel } from '../../host/parallel.ts';
import { type FileEntry, type FolderEntry, type Source, Unavailable } from '../../store/store.ts';
import { countFiles, isMissing, type ListingContext, listBelow, nameAsMissing } from './list-below.ts';
import type { Plan } from './plan.ts';
import { BEFORE_ALL, type KeptLook, type Place } from './plan-looks.ts';
import { parentOf } from './sort-key.ts';

/** Of a source that can be looked at. */
type Looking = Source & Required<Pick<Source, 'look'>>;

export const canLook = (source: Source): source is Looking => source.look !== undefined;

/**
 * A source without bookmarks is looked at again, folder by folder, until a whole look finds each as it was when it was
 * listed: then there was a moment, between the listing and that look, at which the tree was what the plan says. What has
 * changed is listed again at once. How many folders were still changing in the last look, if it never came to that.
 *
 * Only names count: a file that is written all night changes nothing here, and times that tell nothing (FAT, FUSE) cost no
 * second listing. They do tell that something came and went between two looks that found the same names; two looks in a
 * row that find the same names are believed all the same. Another folder with the same names in it is listed again, so
 * that its own files are planned; where numbers change by themselves, twice and no more.
 */
export async function lookUntilQuiet(source: Looking, plan: Plan, context: ListingContext): Promise<number> {
  let wasCalm = false;
  for (let look = 1; ; look++) {
    const { renamed, touched, swapped } = await lookAtAll(source, plan, {
      ...context,
      isTrusting: look <= TRUSTING_LOOKS,
    });
    const isCalm = renamed === 0;
    if (isCalm && (touched === 0 || (wasCalm && swapped === 0) || look === MOST_LOOKS)) return 0;
    if (look === MOST_LOOKS) {
      nameDoubtful(plan);
      return renamed;
    }
    wasCalm = isCalm;
    await context.clock.sleep(PAUSES_MS[look - 1] ?? 0, context.signal);
  }
}

/** Some three seconds in all: what moves then still, moves all the time. */
const PAUSES_MS = [0, 0, 50, 150, 400, 800, 1600];
const MOST_LOOKS = PAUSES_MS.length + 1;
const TRUSTING_LOOKS = 2;

/** What left and was not found again, and what was not seen to its end. NUL is in no real name, so the root's key is nobody else's. */
function nameDoubtful(plan: Plan): void {
  plan.putBack();
  plan.looks.nameDoubtful('changed_during_run');
  if (plan.looks.isDoubtful('')) {
    plan.apply([{ kind: 'unusable', path: '.', key: '\0', reason: 'changed_during_run' }]);
  }
}

const ROWS_AT_ONCE = 200;
/** libuv has four threads for file operations; a few more keep them fed. */
const LOOKS_AT_ONCE = 8;

interface LookContext extends ListingContext {
  /**
   * What is no longer found is forgotten: the next look shows it where it is now. In a tree that does not come to rest it
   * may be where no look finds it; so after some looks it is set aside, unless it was written in this night, and in the
   * end it is better named as missing, when its turn comes and it is not there.
   */
  readonly isTrusting: boolean;
}

interface Seen {
  /** Folders with other names in them. */
  renamed: number;
  /** Folders with the same names, which something has changed meanwhile. */
  touched: number;
  /** Of those, other folders by their number, which were listed again. */
  swapped: number;
}

async function lookAtAll(source: Looking, plan: Plan, context: LookContext): Promise<Seen> {
  const seen: Seen = { renamed: 0, touched: 0, swapped: 0 };
  for (let place: Place = BEFORE_ALL; ; ) {
    const rows = plan.looks.after(place, ROWS_AT_ONCE);
    for (const folder of await changedOf(source, plan, rows, seen, context))
      await listAgain(source, plan, folder, context);
    const last = rows.at(-1);
    if (!last) return seen;
    place = last.place;
  }
}

/** The folders in which names have changed, and other folders with the same names in them, from the top down. */
async function changedOf(
  source: Looking,
  plan: Plan,
  rows: readonly KeptLook[],
  seen: Seen,
  { signal, isTrusting }: LookContext,
): Promise<string[]> {
  const changed = new Set<string>();
  const others = new Set<string>();
  await forEachParallel(rows, LOOKS_AT_ONCE, async (before) => {
    const now = await source.look(before.folder, signal);
    if (now === undefined || now.names !== before.names) changed.add(before.folder);
    else if (now.version !== before.version) {
      seen.touched += 1;
      if (isTrusting && now.identity !== before.identity) others.add(before.folder);
      else plan.looks.keep(now);
    }
  });
  seen.renamed += changed.size;
  seen.swapped += others.size;
  return rows.map(({ folder }) => folder).filter((folder) => changed.has(folder) || others.has(folder));
}

/** Lists a folder once more: what is new in it with all below, what is gone from it no longer. */
async function listAgain(source: Looking, plan: Plan, folder: string, context: LookContext): Promise<void> {
  // With what was above it it may have been forgotten meanwhile.
  if (!plan.looks.has(folder)) return;
  const found = await listOne(source, plan, folder, context);
  if (found === 'gone') {
    depart(plan, folder, context);
    plan.looks.doubt(parentOf(folder));
    return;
  }
  for await (const { key, entry } of inTurns(plan.unread(folder), context.signal)) {
    if (entry.kind === 'file' && isOfTonight(entry, context.start)) plan.forget(key);
    else depart(plan, key, context);
  }
  for (const subfolder of found) {
    if (await listBelow(source, plan, subfolder, context)) continue;
    plan.looks.doubt(folder);
    if (context.isTrusting) plan.forget(subfolder.key);
    else nameAsMissing(plan, subfolder, 'changed_during_run');
  }
}

function depart(plan: Plan, key: string, { isTrusting }: LookContext): void {
  if (isTrusting) plan.forget(key);
  else plan.setAside(key);
}

/** Files are listed with whole seconds. */
const isOfTonight = (file: FileEntry, start: Date): boolean =>
  file.modified.getTime() >= Math.floor(start.getTime() / 1000) * 1000;

/** Resolves to its subfolders that were not listed yet. One that can no longer be read is named and has none. */
async function listOne(
  source: Looking,
  plan: Plan,
  folder: string,
  { signal, onFiles }: ListingContext,
): Promise<FolderEntry[] | 'gone'> {
  let found: FolderEntry[] = [];
  plan.beginReading();
  try {
    for await (const page of source.list(folder, { recursive: false, leaveOut: plan.excludesAll }, signal)) {
      if (page.kind === 'restart') {
        found = [];
        plan.beginReading();
        continue;
      }
      for (const entry of page.entries) {
        const wasListed = plan.looks.has(entry.key);
        if (entry.kind !== 'folder' && wasListed) plan.forget(entry.key);
        if (entry.kind === 'folder' && !wasListed && !plan.excludesAll(entry.path)) found.push(entry);
      }
      plan.apply(page.entries, page.looks);
      onFiles(countFiles(page.entries));
    }
    return found;
  } catch (error) {
    if (folder === '') throw error;
    if (isMissing(error)) return 'gone';
    if (!(error instanceof Unavailable)) throw error;
    if (error.reason === 'changed_during_run') return 'gone';
    nameAsMissing(plan, { path: folder, key: folder }, error.reason);
    return [];
  }
}
