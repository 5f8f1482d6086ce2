import { errorCode, Failure } from '../../../host/errors.ts';
import { type Entry, type ListOptions, type Page, Unavailable } from '../../store.ts';
import { absolutePath } from '../entry.ts';
import { directoryFailure } from '../faults.ts';
import { skipReasonFor } from '../read-faults.ts';
import type { Volume } from '../volume.ts';
import { lookAt, unusableEntry } from './list-entries.ts';
import { type OpenFolder, openFolder } from './open-folder.ts';

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
  try {
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      signal.throwIfAborted();
      if (top.open && top.waiting.length < MOST_WAITING) page.push(...(await readOn(volume, top, top.open, options)));
      else {
        const subfolder = top.waiting.pop();
        if (subfolder === undefined) stack.pop();
        else page.push(...(await enter(volume, subfolder, stack)));
      }
      if (page.length >= BATCH) {
        yield { kind: 'entries', entries: page };
        page = [];
      }
    }
  } finally {
    for (const { open } of stack) await open?.[Symbol.asyncDispose]();
  }
  yield { kind: 'entries', entries: page };
}

/** An unreadable root would be an empty listing, so it ends the run, unlike an unreadable folder below it. */
async function openStart(volume: Volume, path: string): Promise<Level> {
  const absolute = absolutePath(volume.root, path);
  try {
    return { path, open: await openFolder(volume, path, BATCH), waiting: [] };
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
    stack.push({ path, open, waiting: [] });
    return [open.entry];
  } catch (error) {
    const reason = await skipReasonFor(volume, absolutePath(volume.root, path), error);
    return reason === 'deleted_during_run' ? [] : [unusableEntry(path, reason)];
  }
}

/** The next names of a folder, and at their end what became of it. */
async function readOn(volume: Volume, level: Level, open: OpenFolder, options: ListOptions): Promise<Entry[]> {
  const { names, isEnd, fault } = await open.read(BATCH);
  const { entries, subfolders } = await lookAt(volume, open, names, options);
  level.waiting.push(...subfolders);
  if (!isEnd) return entries;

  level.open = undefined;
  await open[Symbol.asyncDispose]();
  return fault === undefined ? entries : [...entries, ...(await accountFor(volume, level, fault))];
}

/** For a folder that could not be read to its end, or is no longer the one that was opened. */
async function accountFor(volume: Volume, level: Level, fault: unknown): Promise<Entry[]> {
  const absolute = absolutePath(volume.root, level.path);
  if (level.path === '') throw directoryFailure(absolute, fault);
  const reason = await skipReasonFor(volume, absolute, fault);
  const isThere = reason !== 'deleted_during_run' && reason !== 'changed_during_run';
  if (!isThere) level.waiting = [];
  return [
    ...(isThere ? [] : [{ kind: 'deleted', key: level.path } as const]),
    ...(reason === 'deleted_during_run' ? [] : [unusableEntry(level.path, reason)]),
  ];
}
