import { isConcealed, refuseListing } from './access.ts';
import { deletedMetadata, type Json, taggedMetadata } from './metadata.ts';
import { type FolderNode, isWithin, pathBelow, type TreeNode, withDescendants } from './nodes.ts';
import { nodeAt, refuseClimbing } from './paths.ts';
import type { Tree } from './tree.ts';
import { Refusal } from './wire.ts';

/** A cursor is its own state: the listing it goes through and its place in the journal. */
export interface Cursor {
  readonly view: string;
  readonly path: string;
  readonly recursive: boolean;
  readonly includeDeleted: boolean;
  readonly includeNonDownloadable: boolean;
  readonly includeMounted: boolean;
  readonly explicitMembers: boolean;
  readonly limit: number;
  /** Journal length when the listing began: what was deleted before it is not told. */
  readonly snapshot: number;
  readonly position: number;
  /** Cursors of an earlier epoch are answered with `reset`. */
  readonly epoch: number;
}

export interface Page {
  readonly entries: readonly Json[];
  readonly next: Cursor;
  readonly hasMore: boolean;
}

/** Cursors of the service have at least 216 characters and begin with AA. */
export function encodeCursor(cursor: Cursor): string {
  const text = JSON.stringify(cursor);
  return `AA${Buffer.from(text.padEnd(180)).toString('base64url')}`;
}

/** undefined for anything that was never a cursor: an HTTP 400, unlike a cursor that has expired. */
export function decodeCursor(text: string): Cursor | undefined {
  const inside = Buffer.from(text.slice(2), 'base64url').toString('utf8');
  if (!text.startsWith('AA') || !inside.startsWith('{"view"')) return undefined;
  return JSON.parse(inside);
}

export function readPage(tree: Tree, cursor: Cursor): Page {
  const view = viewOf(tree, cursor);
  const root = rootOf(tree, view, cursor.path);
  const collected: Json[] = [];
  let position = cursor.position;
  const waiting = !cursor.includeDeleted && position < cursor.snapshot ? nodesInOrder(view, root, cursor) : undefined;
  if (waiting) {
    for (const child of waiting.slice(0, cursor.limit)) {
      collected.push(taggedMetadata(view, child, cursor));
      position = child.seq + 1;
    }
    if (waiting.length <= cursor.limit) position = cursor.snapshot;
  } else {
    position = scanJournal(tree, view, root, cursor, collected);
  }
  return { entries: collected, next: { ...cursor, position }, hasMore: position < tree.journal.length };
}

/** Whether anything that this cursor would tell has happened since. */
export function hasChanges(tree: Tree, cursor: Cursor): boolean {
  let at = cursor;
  while (at.position < tree.journal.length) {
    const page = readPage(tree, at);
    if (page.entries.length > 0) return true;
    at = page.next;
  }
  return false;
}

export function rootOf(tree: Tree, view: FolderNode, path: string): FolderNode {
  refuseClimbing(path, 'path');
  const root = nodeAt(tree, view, path);
  if (root === undefined) throw new Refusal('path/not_found');
  if (root.kind === 'file') throw new Refusal('path/not_folder');
  refuseListing(root);
  return root;
}

export function viewOf(tree: Tree, cursor: Cursor): FolderNode {
  const view = tree.namespaces.get(cursor.view);
  if (view === undefined) throw new Refusal('reset');
  return view;
}

/** More than that are found faster in the journal than sorted anew for each page. */
const MOST_SORTED = 10_000;

/**
 * Listings of one folder look only at what lies in it, so that a case costs nothing in a tree of a million. undefined
 * where so much lies below that going through the journal is quicker.
 */
function nodesInOrder(view: FolderNode, root: FolderNode, cursor: Cursor): TreeNode[] | undefined {
  const inRange: TreeNode[] = [];
  let seen = 0;
  for (const node of cursor.recursive ? withDescendants(root) : root.children.values()) {
    if (cursor.recursive && ++seen > MOST_SORTED) return undefined;
    const isWaiting = node.seq >= cursor.position && node.seq < cursor.snapshot;
    if (isWaiting && node !== view && shown(root, node, cursor)) inRange.push(node);
  }
  return inRange.sort((a, b) => a.seq - b.seq);
}

/** Adds up to `limit` entries; gives the position after the last one looked at. */
function scanJournal(tree: Tree, view: FolderNode, root: FolderNode, cursor: Cursor, into: Json[]): number {
  const lower = pathBelow(tree.top, root, 'key') ?? '';
  const viewLower = pathBelow(tree.top, view, 'key') ?? '';
  const viewDisplay = pathBelow(tree.top, view, 'name') ?? '';
  let position = cursor.position;
  for (; position < tree.journal.length && into.length < cursor.limit; position++) {
    const entry = tree.journal[position];
    if (entry === undefined) continue;
    if (entry.kind === 'deleted') {
      const told = cursor.includeDeleted || position >= cursor.snapshot;
      if (told && !entry.concealed && isBelow(lower, entry.pathLower, cursor.recursive)) {
        into.push(deletedMetadata(viewLower, viewDisplay, entry));
      }
    } else if (entry.seq === position && entry !== view && inListing(root, entry, cursor.recursive)) {
      if (shown(root, entry, cursor)) into.push(taggedMetadata(view, entry, cursor));
    }
  }
  return position;
}

/** Whether it lies in, or is, a shared folder's mount below the listed folder. */
function isMounted(root: FolderNode, node: TreeNode): boolean {
  for (let at: TreeNode | undefined = node; at !== undefined && at !== root; at = at.parent) {
    if (at.kind === 'folder' && at.namespaceId !== undefined) return true;
  }
  return false;
}

function inListing(root: FolderNode, node: TreeNode, recursive: boolean): boolean {
  return recursive ? isWithin(root, node) : node.parent === root;
}

function isBelow(folder: string, path: string, recursive: boolean): boolean {
  return path.startsWith(`${folder}/`) && (recursive || !path.slice(folder.length + 1).includes('/'));
}

function shown(root: FolderNode, node: TreeNode, cursor: Cursor): boolean {
  if (!cursor.includeMounted && isMounted(root, node)) return false;
  if (isConcealed(node)) return false;
  if (node.kind === 'folder') return true;
  return cursor.includeNonDownloadable || node.flags?.downloadable !== false;
}
