import { isUtf8 } from 'node:buffer';
import type { Dir, Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { errorCode, Failure } from '../../host/errors.ts';
import { forEachParallel } from '../../host/parallel.ts';
import type { Entry, Page, UnusableEntry } from '../store.ts';
import { absolutePath, fileEntry, folderEntry, statOf } from './entry.ts';
import { directoryFailure, skipReasonOf } from './faults.ts';
import { printable } from './printable.ts';
import type { Volume } from './volume.ts';

/** Names read at once from one folder; a page is sent as soon as it has as many, so none is twice as long. */
const BATCH = 500;

/** libuv has four threads for file operations; a few more keep them fed. */
const PARALLEL_STATS = 8;

/** A folder that is being read, with its subfolders that are still to be visited: never more than one batch. */
interface OpenFolder {
  readonly path: string;
  readonly dir: Dir;
  subfolders: string[];
}

/** Depth first, with one open handle for each level, so that memory does not grow with the size of the tree. */
export async function* listFolder(
  { root }: Volume,
  folder: string,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<Page, void, void> {
  signal.throwIfAborted();
  const stack: OpenFolder[] = [await openStart(root, folder)];
  let page: Entry[] = [];
  try {
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      signal.throwIfAborted();
      const subfolder = top.subfolders.pop();
      if (subfolder !== undefined) {
        const opened = await openSubfolder(root, subfolder);
        if ('dir' in opened) stack.push(opened);
        else page.push(opened);
      } else {
        const batch = await readBatch(root, top);
        page.push(...batch.entries);
        if (recursive) top.subfolders = batch.entries.filter((entry) => entry.kind === 'folder').map(({ key }) => key);
        if (batch.atEnd && top.subfolders.length === 0) await stack.pop()?.dir.close();
      }
      if (page.length >= BATCH) {
        yield { kind: 'entries', entries: page };
        page = [];
      }
    }
  } finally {
    for (const { dir } of stack) await dir.close();
  }
  yield { kind: 'entries', entries: page };
}

/** An unreadable start would be an empty listing, so it ends the run, unlike an unreadable folder below it. */
async function openStart(root: string, folder: string): Promise<OpenFolder> {
  const absolute = absolutePath(root, folder);
  try {
    return { path: folder, dir: await openRaw(absolute), subfolders: [] };
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw directoryFailure(absolute, error);
    const wrong = code === 'ENOENT' ? 'does not exist' : 'is not a folder';
    throw new Failure('SourceMissing', `${absolute} ${wrong}`, {
      hint: 'check the path, and that the volume is mounted there',
      cause: error,
    });
  }
}

/** A folder that vanished after it was listed is taken back; one that can't be read is accounted for. */
async function openSubfolder(root: string, path: string): Promise<OpenFolder | Entry> {
  const absolute = absolutePath(root, path);
  try {
    return { path, dir: await openRaw(absolute), subfolders: [] };
  } catch (error) {
    const reason = skipReasonOf(error);
    if (reason === undefined) throw directoryFailure(absolute, error);
    if (reason === 'deleted_during_run') return { kind: 'deleted', key: path };
    return unusable(path, reason);
  }
}

/** Names come as bytes: as text, two names that are no UTF-8 could look the same. @types/node lacks the option. */
function openRaw(absolute: string): Promise<Dir> {
  return opendir(absolute, { encoding: 'buffer' as BufferEncoding, bufferSize: BATCH });
}

async function readBatch(
  root: string,
  folder: OpenFolder,
): Promise<{ readonly entries: Entry[]; readonly atEnd: boolean }> {
  const found: Dirent<Buffer>[] = [];
  const entries: Entry[] = [];
  let atEnd = false;
  while (!atEnd && found.length < BATCH) {
    try {
      const dirent = (await folder.dir.read()) as Dirent<Buffer> | null;
      if (dirent) found.push(dirent);
      else atEnd = true;
    } catch (error) {
      const reason = folder.path === '' ? undefined : skipReasonOf(error);
      if (reason === undefined) throw directoryFailure(absolutePath(root, folder.path), error);
      entries.push(unusable(folder.path, 'unreadable'));
      atEnd = true;
    }
  }
  await forEachParallel(found, PARALLEL_STATS, async (dirent) => {
    const entry = await describe(root, folder.path, dirent);
    if (entry) entries.push(entry);
  });
  return { entries, atEnd };
}

/** Undefined when it was deleted before it was listed. */
async function describe(root: string, parent: string, dirent: Dirent<Buffer>): Promise<Entry | undefined> {
  const prefix = parent === '' ? '' : `${parent}/`;
  if (!isUtf8(dirent.name)) {
    // NUL is in no real name, so this key is nobody else's.
    const key = `${prefix}\0${dirent.name.toString('hex')}`;
    const shown = `${printable(Buffer.from(prefix))}${printable(dirent.name)}`;
    return { kind: 'unusable', path: shown, key, reason: 'invalid_name' };
  }
  const path = `${prefix}${dirent.name.toString()}`;
  if (dirent.isDirectory()) return folderEntry(path);
  try {
    const stats = await statOf(absolutePath(root, path));
    if (!stats) return undefined;
    if (stats.isFile()) return fileEntry(path, stats);
    if (stats.isDirectory()) return folderEntry(path);
    return unusable(path, stats.isSymbolicLink() ? 'symbolic_link' : 'special_file');
  } catch (error) {
    if (skipReasonOf(error) === undefined) throw directoryFailure(absolutePath(root, path), error);
    return unusable(path, 'unreadable');
  }
}

function unusable(path: string, reason: UnusableEntry['reason']): UnusableEntry {
  return { kind: 'unusable', path: printable(Buffer.from(path)), key: path, reason };
}
