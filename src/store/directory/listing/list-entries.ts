import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import type { SkipReason } from '../../../api/failure-codes/skip-reasons.ts';
import { forEachParallel } from '../../../host/parallel.ts';
import type { ListOptions } from '../../list-options.ts';
import type { Entry, UnusableEntry } from '../../store.ts';
import { fileEntry, folderEntry, statOf } from '../entry.ts';
import { skipReasonFor } from '../read-faults.ts';
import type { Volume } from '../volume.ts';
import type { OpenFolder } from './open-folder.ts';
import { printable } from './printable.ts';
import type { SeenNames } from './seen-names.ts';

/** libuv has four threads for file operations; a few more keep them fed. */
const PARALLEL_STATS = 8;

export interface Found {
  readonly entries: Entry[];
  /** Paths of the folders that are still to be opened. Their entries come then, since opening one tells more. */
  readonly subfolders: string[];
}

/** What names of a folder stand for. All are noted as seen that were still there. */
export async function lookAt(
  volume: Volume,
  { folder, seen }: { readonly folder: OpenFolder; readonly seen: SeenNames },
  names: readonly Dirent<Buffer>[],
  { recursive, leaveOut }: ListOptions,
): Promise<Found> {
  const found: Found = { entries: [], subfolders: [] };
  await forEachParallel(names, PARALLEL_STATS, async (dirent) => {
    seen.toggle(dirent);
    if (!isUtf8(dirent.name)) {
      found.entries.push(namelessIn(folder, dirent.name));
      return;
    }
    const name = dirent.name.toString();
    const path = pathIn(folder, name);
    if (dirent.isDirectory() && leaveOut?.(path)) return;
    const entry = dirent.isDirectory() && recursive ? undefined : await entryOf(volume, folder, name);
    // Some file systems name their entries without saying what they are.
    const isFolder = entry ? entry.kind === 'folder' : dirent.isDirectory();
    if (isFolder && leaveOut?.(path)) return;
    if (isFolder && recursive) found.subfolders.push(path);
    else if (entry) found.entries.push(entry);
    else seen.toggle(dirent);
  });
  return found;
}

/** Undefined when it was deleted before it was looked at. */
async function entryOf(volume: Volume, folder: OpenFolder, name: string): Promise<Entry | undefined> {
  const path = pathIn(folder, name);
  try {
    const stats = await statOf(folder.placeOf(name));
    if (!stats) return undefined;
    if (stats.isFile()) return fileEntry(path, stats);
    if (stats.isDirectory()) return folderEntry(path, stats);
    return unusableEntry(path, stats.isSymbolicLink() ? 'symbolic_link' : 'special_file');
  } catch (error) {
    return unusableEntry(path, await skipReasonFor(volume, path, error));
  }
}

function namelessIn(folder: OpenFolder, name: Buffer): UnusableEntry {
  // NUL is in no real name, so this key is nobody else's.
  const key = pathIn(folder, `\0${name.toString('hex')}`);
  return {
    kind: 'unusable',
    path: `${printable(Buffer.from(pathIn(folder, '')))}${printable(name)}`,
    key,
    reason: 'invalid_name',
  };
}

export function unusableEntry(path: string, reason: SkipReason): UnusableEntry {
  return { kind: 'unusable', path: printable(Buffer.from(path)), key: path, reason };
}

const pathIn = ({ entry: { path } }: OpenFolder, name: string): string => (path === '' ? name : `${path}/${name}`);
