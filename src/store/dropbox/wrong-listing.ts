import type { files } from 'dropbox';
import { isTagged } from './api/api-error.ts';
import type { Metadata } from './entries.ts';
import { depthOf, type Paths } from './paths.ts';

/** It can't be the answer to what was asked: a cache on the way that mixes answers up would empty a case that is full. */
export class WrongListing extends Error {
  override readonly name = 'WrongListing';
}

/** A folder whose listing was asked for, by its relative path, and the root's own metadata where it is that. */
export interface Asked {
  readonly folder: string;
  readonly recursive: boolean;
  readonly root: Metadata | undefined;
}

/** What holds one page after the other against what was asked for; each throws WrongListing. */
export function answerOf({ folder, recursive, root }: Asked, paths: Paths) {
  const isBelow = folder === '' ? belowRoot(root) : belowFolder(folder, paths);
  const depth = depthOf(folder) + 1;
  const isWithin = (entry: Metadata): boolean => {
    const path = entry.path_display ?? entry.path_lower;
    return isBelow(entry) && (recursive || !path || depthOf(paths.relative(path)) === depth);
  };
  // A recursive listing contains the listed folder itself (luigi's tests against Dropbox rely on it), so it is never empty.
  let isEmpty = recursive && paths.absolute(folder) !== '';
  return {
    check(page: files.ListFolderResult): void {
      if (!isPage(page)) throw new WrongListing('an answer had not what every answer has');
      const other = page.entries.find((entry) => !isWithin(entry));
      if (other)
        throw new WrongListing(`it told of ${other.path_display ?? other.path_lower}, which does not lie there`);
      isEmpty &&= page.entries.length === 0;
    },
    end(): void {
      if (isEmpty) throw new WrongListing('it told of nothing, not even of the folder itself');
    },
  };
}

/** By its name in lower case as Dropbox has it: the policy may have it in other letters. */
function belowRoot(root: Metadata | undefined): (entry: Metadata) => boolean {
  const top = root?.path_lower;
  return ({ path_lower: lower }) => !top || !lower || lies(lower, top);
}

function isPage(page: files.ListFolderResult): boolean {
  const { entries, cursor, has_more: more } = page;
  if (!Array.isArray(entries) || typeof cursor !== 'string' || typeof more !== 'boolean') return false;
  return entries.every(isTagged);
}

/**
 * Dropbox lower-cases by other rules than JavaScript, so names as people wrote them are compared with each other too. One
 * that is mounted nowhere has no path at all.
 */
function belowFolder(folder: string, paths: Paths): (entry: Metadata) => boolean {
  const top = folder.normalize('NFC').toLowerCase();
  return ({ path_display: display, path_lower: lower }) =>
    (!display && !lower) ||
    [display, lower].some(
      (path) => path !== undefined && lies(paths.relative(path).normalize('NFC').toLowerCase(), top),
    );
}

const lies = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`);
