import type { FileNode, TreeNode } from './nodes.ts';
import type { Call } from './world.ts';

/** The fault `invisible`, for a file that a call has just put at its place. */
export function hideIfAsked(call: Call, file: FileNode): FileNode {
  const invisible = call.effect('invisible');
  if (invisible)
    file.hidden = {
      until: call.world.clock.now().getTime() + (invisible.ms ?? Number.POSITIVE_INFINITY),
      looks: invisible.looks ?? Number.POSITIVE_INFINITY,
    };
  return file;
}

/** Whether the call does not find a file yet that is there; it counts as a look. */
export function isHidden(call: Call, node: TreeNode): boolean {
  if (node.kind === 'folder' || node.hidden === undefined) return false;
  if (node.hidden.looks-- > 0 && call.world.clock.now().getTime() < node.hidden.until) return true;
  node.hidden = undefined;
  return false;
}
