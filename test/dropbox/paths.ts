import { isConcealed } from './access.ts';
import type { FolderNode, TreeNode } from './nodes.ts';
import { isWithin } from './nodes.ts';
import type { Tree } from './tree.ts';
import { Refusal } from './wire.ts';

/** The patterns of the stone aliases ReadPath, WritePathOrId, WritePath, PathROrId, PathOrId and Rev; a dot is Python's with DOTALL. */
export const READ_PATH = /^(?:\/(?:.|[\r\n])*|id:.*|rev:[0-9a-f]{9,}|ns:[0-9]+(?:\/.*)?)$/s;
export const WRITE_PATH_OR_ID = /^(?:\/(?:.|[\r\n])*|ns:[0-9]+(?:\/.*)?|id:.*)$/s;
export const WRITE_PATH = /^(?:\/(?:.|[\r\n])*|ns:[0-9]+(?:\/.*)?)$/s;
export const PATH_OR_ID = /^(?:\/(?:.|[\r\n])*|id:.*|ns:[0-9]+(?:\/.*)?)$/s;
export const PATH_OR_ROOT = /^(?:(?:\/(?:.|[\r\n])*)?|id:.*|ns:[0-9]+(?:\/.*)?)$/s;
export const REV = /^[0-9a-f]{9,}$/;

export interface Place {
  readonly base: FolderNode;
  readonly names: readonly string[];
}

/** Splits a path into where it starts (the view, a namespace, an id's folder) and the names below. */
export function placeOf(tree: Tree, view: FolderNode, path: string): Place | undefined {
  const [head = '', ...rest] = path.split('/');
  // rclone 1.60 lists `//CASES` when its remote has no root folder, and users see that the service takes it.
  const names = rest.filter((name) => name !== '');
  const base = head === '' ? view : startOf(tree, view, head);
  if (base === undefined) return undefined;
  if (base.kind === 'folder') return { base, names };
  return names.length === 0 && base.parent ? { base: base.parent, names: [base.name] } : undefined;
}

/** The node at a path that the account is told of. */
export function nodeAt(tree: Tree, view: FolderNode, path: string): TreeNode | undefined {
  const node = anyNodeAt(tree, view, path);
  return node === undefined || isConcealed(node) ? undefined : node;
}

/** The node at a path, whatever the account's rights. Upper and lower case and the normal form do not matter. */
export function anyNodeAt(tree: Tree, view: FolderNode, path: string): TreeNode | undefined {
  if (path.startsWith('id:') && !path.includes('/')) return startOf(tree, view, path);
  const place = placeOf(tree, view, path);
  if (place === undefined) return undefined;
  let at: TreeNode | undefined = place.base;
  for (const name of place.names) at = at?.kind === 'folder' ? tree.child(at, name) : undefined;
  return at;
}

/** A path that climbs is no path, wherever it is looked up: refused under the lookup's own tag. */
export function refuseClimbing(path: string, tag: string): void {
  if (path.split('/').some((name) => name === '..')) throw new Refusal(`${tag}/malformed_path`);
}

/** Where a write goes; unlike a read, a path that cannot be placed is refused. */
export function writePlace(tree: Tree, view: FolderNode, path: string): Place {
  const place = placeOf(tree, view, path);
  if (place === undefined || place.names.length === 0) throw new Refusal('malformed_path');
  return place;
}

function startOf(tree: Tree, view: FolderNode, head: string): TreeNode | undefined {
  if (head.startsWith('ns:')) return tree.namespaces.get(head.slice(3));
  if (!head.startsWith('id:')) return undefined;
  const node = tree.byId(head);
  return node !== undefined && isWithin(view, node) ? node : undefined;
}
