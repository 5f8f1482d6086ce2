import { refuseWrite } from './access.ts';
import { required, text } from './argument-checks.ts';
import { type Json, taggedMetadata } from './metadata.ts';
import { type FolderNode, isWithin, revOf, type TreeNode, withDescendants } from './nodes.ts';
import { nodeAt, refuseClimbing, WRITE_PATH_OR_ID } from './paths.ts';
import { hideIfAsked, isHidden } from './visibility.ts';
import { Refusal, underTag } from './wire.ts';
import { type Call, secondsOf } from './world.ts';
import { freeName, writeTarget } from './write-target.ts';

/** Larger folders are refused with too_many_files, which counts the folders in them too. */
const MAX_ITEMS_AT_ONCE = 10_000;

export const RELOCATION_FIELDS = {
  from_path: required(text(WRITE_PATH_OR_ID)),
  to_path: required(text(WRITE_PATH_OR_ID)),
};

export interface Relocation {
  readonly from_path: string;
  readonly to_path: string;
  readonly autorename: boolean;
}

export function makeFolderAt(call: Call, path: string, autorename: boolean): FolderNode {
  return under('path', () => {
    const target = writeTarget(call, path);
    const { name, existing } = target;
    if (existing !== undefined && !autorename) throw new Refusal(`conflict/${existing.kind}`);
    const parent = target.parent();
    if (existing === undefined) return call.world.tree.makeFolder(parent, name);
    return call.world.tree.makeFolder(parent, freeName(parent, name));
  });
}

/** Gives the item as it was, not a `deleted` entry. */
export function deleteAt(call: Call, path: string, parentRev: string | undefined): Json {
  refuseClimbing(path, 'path_lookup');
  const node = nodeAt(call.world.tree, call.view, path);
  if (node === undefined || isHidden(call, node)) throw new Refusal('path_lookup/not_found');
  if (node === call.view) throw new Refusal('path_write/no_write_permission');
  under('path_write', () => refuseChangeOf(node));
  if (parentRev !== undefined) {
    if (node.kind === 'folder') throw new Refusal('path_lookup/not_file');
    if (revOf(node) !== parentRev) throw new Refusal('path_write/conflict/file');
  }
  if (itemCount(node) > MAX_ITEMS_AT_ONCE) throw new Refusal('too_many_files');
  const metadata = taggedMetadata(call.view, node);
  call.world.tree.remove(node, secondsOf(call.world.clock));
  return metadata;
}

export function relocate(call: Call, args: Relocation, how: 'move' | 'copy'): TreeNode {
  const { tree, settings, clock } = call.world;
  refuseClimbing(args.from_path, 'from_lookup');
  const node = nodeAt(tree, call.view, args.from_path);
  if (node === undefined || isHidden(call, node)) throw new Refusal('from_lookup/not_found');
  if (node === call.view) throw new Refusal('from_write/malformed_path');
  if (itemCount(node) > MAX_ITEMS_AT_ONCE) throw new Refusal('too_many_files');
  if (how === 'move') under('from_write', () => refuseChangeOf(node));
  const target = under('to', () => writeTarget(call, args.to_path));
  if (node.kind === 'folder' && isWithin(node, target.above)) throw new Refusal('cant_move_folder_into_itself');
  const isRespelled = how === 'move' && target.existing === node && node.name !== target.asSent;
  if (isRespelled && node.name === target.name) throw new Refusal('duplicated_or_nested_paths');
  const existing = isRespelled ? undefined : target.existing;
  if (existing !== undefined && !args.autorename) throw new Refusal(`to/conflict/${existing.kind}`);
  if (how === 'copy' && tree.usedBytes + settings.usedElsewhereBytes + bytesOf(node) > settings.allocatedBytes) {
    throw new Refusal('insufficient_quota');
  }
  const parent = target.parent();
  const name = existing === undefined ? target.name : freeName(parent, target.name);
  if (how === 'copy') return copyInto(call, node, parent, name);
  tree.move(node, parent, name, secondsOf(clock));
  return node.kind === 'file' ? hideIfAsked(call, node) : node;
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

/** What is moved or removed changes the folder that it lies in. */
function refuseChangeOf(node: TreeNode): void {
  if (node.parent !== undefined) refuseWrite(node.parent);
}

function under<T>(tag: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw underTag(tag, error);
  }
}

function itemCount(node: TreeNode): number {
  return [...withDescendants(node)].length;
}

function bytesOf(node: TreeNode): number {
  return [...withDescendants(node)].reduce((sum, item) => sum + (item.kind === 'file' ? item.content.size : 0), 0);
}
