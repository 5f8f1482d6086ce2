import type { SkipReason } from '../../../api/failure-codes/skip-reasons.ts';
import { errorCode, Failure } from '../../../host/errors.ts';
import type { ListOptions } from '../../list-options.ts';
import type { Look } from '../../look.ts';
import { type Entry, type Page, Unavailable } from '../../store.ts';
import { absolutePath, nameOf } from '../entry.ts';
import { directoryFailure } from '../faults.ts';
import { skipReasonFor } from '../read-faults.ts';
import type { Volume } from '../volume.ts';
import { lookAt, unusableEntry } from './list-entries.ts';
import { type OpenFolder, openFolder } from './open-folder.ts';
import { type SeenNames, seenNames } from './seen-names.ts';

/** Names read at once from one folder; a page is sent as soon as it has as many, so none is twice as long. */
const BATCH = 500;

/**
 * Of a folder with more subfolders than this, only so many are noted at once. It stays open meanwhile, unlike all others
 * that the listing is within: so a tree may be deeper than a process may have files open, and memory has a bound.
 */
const MOST_WAITING = 10_000;

/** A folder that the listing is within. */
interface Level {
  readonly path: string;
  /** Until all its names were read. */
  open: OpenFolder | undefined;
  /** Its subfolders that are still to be opened. */
  waiting: string[];
  readonly identity: string;
  readonly version: string;
  readonly seen: SeenNames;
  /** Until something of it could not be read. */
  isWhole: boolean;
}

/** Depth first: a folder's entry comes when it is opened, and then all its names before what is in its subfolders. */
export async function* listFolder(
  volume: Volume,
  folder: string,
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<Page, void, void> {
  signal.throwIfAborted();
  const stack: Level[] = [await openStart(volume, folder)];
  let page: Entry[] = [];
  let looks: Look[] = [];
  try {
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      signal.throwIfAborted();
      if (top.open && top.waiting.length < MOST_WAITING) page.push(...(await readOn(volume, stack, top.open, options)));
      else {
        const subfolder = top.waiting.pop();
        if (subfolder === undefined) looks.push(...looksOf(stack.pop()));
        else page.push(...(await enter(volume, subfolder, stack)));
      }
      if (page.length >= BATCH || looks.length >= BATCH) {
        yield { kind: 'entries', entries: page, looks };
        [page, looks] = [[], []];
      }
    }
  } finally {
    for (const { open } of stack) await open?.[Symbol.asyncDispose]();
  }
  yield { kind: 'entries', entries: page, looks };
}

const levelOf = (path: string, open: OpenFolder): Level => ({
  path,
  open,
  waiting: [],
  identity: open.identity,
  version: open.version,
  seen: seenNames(),
  isWhole: true,
});

/** Once all that is below was listed: a subfolder that was gone by then is none of its names. */
function looksOf(level: Level | undefined): Look[] {
  if (!level?.isWhole) return [];
  const { path, seen, identity, version } = level;
  return [{ folder: path, names: seen.sum(), identity, version }];
}

/** An unreadable root would be an empty listing, so it ends the run, unlike an unreadable folder below it. */
async function openStart(volume: Volume, path: string): Promise<Level> {
  const absolute = absolutePath(volume.root, path);
  try {
    return levelOf(path, await openFolder(volume, path, BATCH));
  } catch (error) {
    const code = errorCode(error);
    if (path !== '') {
      const reason = await skipReasonFor(volume, absolute, error);
      if (code !== 'ENOENT') throw new Unavailable(reason, { cause: directoryFailure(absolute, error) });
    } else if (code !== 'ENOENT' && code !== 'ENOTDIR') throw directoryFailure(absolute, error);
    const wrong = code === 'ENOENT' ? 'does not exist' : 'is not a folder';
    throw new Failure('SourceMissing', `${absolute} ${wrong}`, {
      hint: 'check the path, and that the volume is mounted there',
      cause: error,
    });
  }
}

/** Resolves to the entry of a subfolder, which is then the top of the stack. */
async function enter(volume: Volume, path: string, stack: Level[]): Promise<Entry[]> {
  try {
    const open = await openFolder(volume, path, BATCH);
    stack.push(levelOf(path, open));
    return [open.entry];
  } catch (error) {
    const reason = await skipReasonFor(volume, absolutePath(volume.root, path), error);
    if (hasMoved(reason)) stack.at(-1)?.seen.takeBack(nameOf(path));
    return reason === 'deleted_during_run' ? [] : [unusableEntry(path, reason)];
  }
}

/** The next names of the folder on top, and at their end what became of it. */
async function readOn(volume: Volume, stack: Level[], open: OpenFolder, options: ListOptions): Promise<Entry[]> {
  const level = stack.at(-1);
  if (!level) return [];
  const { names, isEnd, fault } = await open.read(BATCH);
  const { entries, subfolders } = await lookAt(volume, { folder: open, seen: level.seen }, names, options);
  level.waiting.push(...subfolders);
  if (!isEnd) return entries;

  level.open = undefined;
  await open[Symbol.asyncDispose]();
  return fault === undefined ? entries : [...entries, ...(await accountFor(volume, level, stack.at(-2), fault))];
}

/** For a folder that could not be read to its end, or is no longer the one that was opened. */
async function accountFor(volume: Volume, level: Level, parent: Level | undefined, fault: unknown): Promise<Entry[]> {
  const absolute = absolutePath(volume.root, level.path);
  if (level.path === '') throw directoryFailure(absolute, fault);
  const reason = await skipReasonFor(volume, absolute, fault);
  level.isWhole = false;
  if (!hasMoved(reason)) return [unusableEntry(level.path, reason)];
  level.waiting = [];
  parent?.seen.takeBack(nameOf(level.path));
  const gone: Entry = { kind: 'deleted', key: level.path };
  return reason === 'deleted_during_run' ? [gone] : [gone, unusableEntry(level.path, reason)];
}

/** Another look at the folder above shows where it is. */
const hasMoved = (reason: SkipReason): boolean => reason === 'deleted_during_run' || reason === 'changed_during_run';
