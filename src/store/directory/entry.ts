import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../host/errors.ts';
import { fileTime, isFileTime } from '../file-time.ts';
import { checkRelative } from '../relative-path.ts';
import type { FileEntry, FolderEntry } from '../store.ts';
import { revisionOf } from './revision.ts';

/** The absolute path of a relative one, which must not lead out of the root. */
export function absolutePath(root: string, path: string): string {
  checkRelative(path, root);
  return join(root, path);
}

export function fileEntry(path: string, stats: BigIntStats, contentHash?: string): FileEntry {
  return {
    kind: 'file',
    path,
    key: path,
    name: nameOf(path),
    rev: revisionOf(stats),
    size: Number(stats.size),
    ...modifiedOf(stats.mtimeNs),
    stored: fileTime(Number(stats.ctimeNs / 1_000_000n)),
    ...(contentHash === undefined ? {} : { contentHash }),
  };
}

function modifiedOf(ns: bigint): Pick<FileEntry, 'modified' | 'modifiedAsStored'> {
  const second = 1_000_000_000n;
  const seconds = (ns < 0n ? ns - second + 1n : ns) / second;
  const ms = Number(seconds) * 1000;
  return { modified: fileTime(ms), ...(!isFileTime(ms) && { modifiedAsStored: String(seconds) }) };
}

export function folderEntry(path: string, stats: BigIntStats): FolderEntry {
  return { kind: 'folder', path, key: path, name: nameOf(path), identity: identityOf(stats) };
}

/** What a lineage calls a folder, in which way soever it was reached. */
export const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

/** lstat, or undefined when nothing is there. */
export async function statOf(absolute: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(absolute, { bigint: true });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The last component of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
