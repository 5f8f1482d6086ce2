import { required, text } from './argument-checks.ts';
import { freeName, refuseName } from './commit.ts';
import { type Json, taggedMetadata } from './metadata.ts';
import { keyOf } from './names.ts';
import { type FolderNode, isWithin, revOf, type TreeNode, withDescendants } from './nodes.ts';
import { nodeAt, WRITE_PATH, writePlace } from './paths.ts';
import { Refusal, underTag } from './wire.ts';
import { type Call, secondsOf } from './world.ts';

/** Larger folders are refused with too_many_files. */
const MAX_FILES_AT_ONCE = 10_000;

export const RELOCATION_FIELDS = {
  from_path: required(text(WRITE_PATH)),
  to_path: required(text(WRITE_PATH)),
};

export interface Relocation {
  readonly from_path: string;
  readonly to_path: string;
  readonly autorename: boolean;
}

export function makeFolderAt(call: Call, path: string, autorename: boolean): FolderNode {
  return under('path', () => {
    const { parent, name, existing } = target(call, path);
    if (existing === undefined) return call.world.tree.makeFolder(parent, name);
    if (!autorename) throw new Refusal(`conflict/${existing.kind}`);
    return call.world.tree.makeFolder(parent, freeName(parent, name));
  });
}

/** Gives the item as it was, not a `deleted` entry. */
export function deleteAt(call: Call, path: string, parentRev: string | undefined): Json {
  const node = nodeAt(call.world.tree, call.view, path);
  if (node === undefined) throw new Refusal('path_lookup/not_found');
  if (node === call.view) throw new Refusal('path_write/no_write_permission');
  if (parentRev !== undefined) {
    if (node.kind === 'folder') throw new Refusal('path_lookup/not_file');
    if (revOf(node.seq) !== parentRev) throw new Refusal('path_write/conflict/file');
  }
  if (fileCount(node) > MAX_FILES_AT_ONCE) throw new Refusal('too_many_files');
  const metadata = taggedMetadata(call.view, node);
  call.world.tree.remove(node);
  return metadata;
}

export function relocate(call: Call, args: Relocation, how: 'move' | 'copy'): TreeNode {
  const { tree, settings } = call.world;
  const node = nodeAt(tree, call.view, args.from_path);
  if (node === undefined) throw new Refusal('from_lookup/not_found');
  if (node === call.view) throw new Refusal('from_write/malformed_path');
  if (fileCount(node) > MAX_FILES_AT_ONCE) throw new Refusal('too_many_files');
  const { parent, name, existing } = under('to', () => target(call, args.to_path));
  if (node.kind === 'folder' && isWithin(node, parent)) throw new Refusal('cant_move_folder_into_itself');
  const inTheWay = existing?.kind;
  if (inTheWay !== undefined && !args.autorename) throw new Refusal(`to/conflict/${inTheWay}`);
  const free = inTheWay === undefined ? name : freeName(parent, name);
  if (how === 'move') {
    tree.move(node, parent, free);
    return node;
  }
  if (tree.usedBytes + settings.usedElsewhereBytes + bytesOf(node) > settings.allocatedBytes) {
    throw new Refusal('insufficient_quota');
  }
  return copyInto(call, node, parent, free);
}

function copyInto(call: Call, node: TreeNode, parent: FolderNode, name: string): TreeNode {
  const { tree, clock } = call.world;
  if (node.kind === 'file') {
    const { content, clientModified, flags } = node;
    return tree.makeFile(parent, name, { content, clientModified, serverModified: secondsOf(clock), flags });
  }
  const children = [...node.children.values()];
  const folder = tree.makeFolder(parent, name);
  for (const child of children) copyInto(call, child, folder, child.name);
  return folder;
}

function target(call: Call, path: string): { parent: FolderNode; name: string; existing: TreeNode | undefined } {
  const { tree } = call.world;
  const place = writePlace(tree, call.view, path);
  for (const component of place.names) refuseName(component);
  const parent = tree.makeFolders(place.base, place.names.slice(0, -1));
  const name = (place.names.at(-1) ?? '').normalize('NFC');
  return { parent, name, existing: parent.children.get(keyOf(name)) };
}

function under<T>(tag: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw underTag(tag, error);
  }
}

function fileCount(node: TreeNode): number {
  return [...withDescendants(node)].filter((item) => item.kind === 'file').length;
}

function bytesOf(node: TreeNode): number {
  return [...withDescendants(node)].reduce((sum, item) => sum + (item.kind === 'file' ? item.content.size : 0), 0);
}
