import { keyOf } from './names.ts';
import type { FolderNode, TreeNode } from './nodes.ts';
import { Refusal } from './wire.ts';

/** By the folder's own flags or those above it. Whoever may not see all of a folder may not change it either. */
export function isReadOnly(folder: FolderNode): boolean {
  for (let at: FolderNode | undefined = folder; at !== undefined; at = at.parent) {
    const { readOnly, noAccess, traverseOnly } = at.flags ?? {};
    if (readOnly || noAccess !== undefined || traverseOnly !== undefined) return true;
  }
  return false;
}

/** Whether the account is not told of this node, because of what it may see of the folders above. */
export function isConcealed(node: TreeNode): boolean {
  let at: TreeNode = node;
  for (let above = node.parent; above !== undefined; at = above, above = above.parent) {
    if (above.flags?.noAccess !== undefined) return true;
    const { key } = at;
    if (above.flags?.traverseOnly?.every((name) => keyOf(name) !== key)) return true;
  }
  return false;
}

/** Of a folder that is shown and can't be looked into. */
export function refuseListing(folder: FolderNode): void {
  if (folder.flags?.noAccess !== undefined) throw new Refusal(folder.flags.noAccess);
}

/** A change of what lies in this folder. */
export function refuseWrite(folder: FolderNode): void {
  if (isReadOnly(folder)) throw new Refusal('no_write_permission');
}
