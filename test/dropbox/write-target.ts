import { refuseWrite } from './access.ts';
import { keyOf, numbered, refusalOfName } from './names.ts';
import type { FolderNode, TreeNode } from './nodes.ts';
import { writePlace } from './paths.ts';
import { Refusal } from './wire.ts';
import type { Call } from './world.ts';

/** Where a write would put something. Nothing is made by looking. */
export interface Target {
  /** The deepest folder on the way that is there. */
  readonly above: FolderNode;
  /** In NFC, as names are kept. */
  readonly name: string;
  readonly asSent: string;
  readonly existing: TreeNode | undefined;
  /** The folder that it will lie in, made together with what is missing above it. */
  parent(): FolderNode;
}

/** Refused with a WriteError where the path, a file on the way or the account's rights forbid it. */
export function writeTarget(call: Call, path: string): Target {
  const { tree } = call.world;
  const place = writePlace(tree, call.view, path);
  for (const component of place.names) refuseName(component);
  const folders = place.names.slice(0, -1);
  let above = place.base;
  let missing = folders;
  for (const [depth, component] of folders.entries()) {
    const next = above.children.get(keyOf(component));
    if (next === undefined) break;
    if (next.kind === 'file') throw new Refusal('conflict/file_ancestor');
    above = next;
    missing = folders.slice(depth + 1);
  }
  refuseWrite(above);
  const asSent = place.names.at(-1) ?? '';
  return {
    above,
    asSent,
    name: asSent.normalize('NFC'),
    existing: missing.length === 0 ? above.children.get(keyOf(asSent)) : undefined,
    parent: () => tree.makeFolders(above, missing),
  };
}

function refuseName(name: string): void {
  const refusal = refusalOfName(name);
  if (refusal !== undefined) throw new Refusal(refusal);
}

export function freeName(folder: FolderNode, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = numbered(name, number);
    if (!folder.children.has(keyOf(candidate))) return candidate;
  }
}
