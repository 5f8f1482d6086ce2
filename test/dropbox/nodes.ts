import type { Content } from './contents.ts';

/** Oddities that a test gives a file: how it is shown, or how it refuses to be read. */
export interface FileFlags {
  /** Paper documents and the like: no download, only export. */
  readonly downloadable?: false;
  readonly exportFormats?: readonly string[];
  readonly exported?: Content;
  /** Taken down (DMCA): listed, but every download gives `path/restricted_content`. */
  readonly restricted?: boolean;
  readonly locked?: boolean;
  /** Locked for editing by a colleague of this name; it can be read all the same. */
  readonly lockedBy?: string;
  /** Shared with somebody by itself, without its folder. */
  readonly explicitMembers?: true;
  /** A photo, told to those who ask for its media info. */
  readonly dimensions?: { readonly width: number; readonly height: number };
  /** A link that a desktop client has synced: shown as an empty file with its target. */
  readonly symlinkTarget?: string;
  readonly missingContentHash?: boolean;
  readonly missingPathLower?: boolean;
  /** Parents in path_display come in upper case, as they may on the real service. */
  readonly wrongParentCase?: boolean;
  /** The `.tag` shown in listings instead of `file`. */
  readonly unknownTag?: string;
}

/** What a member's rights leave of a shared or team folder. */
export interface FolderFlags {
  /** Shown, but its listing is refused with this, and nothing below it is found. */
  readonly noAccess?: 'path/not_found' | 'path/restricted_content' | 'path/other';
  /** Of what lies in it, only these names are shown. */
  readonly traverseOnly?: readonly string[];
  readonly readOnly?: true;
}

interface NodeBase {
  /** As shown; a folder's children are keyed by the lowered NFC form. */
  name: string;
  key: string;
  parent: FolderNode | undefined;
  /** Position of its newest entry in the journal; -1 once it is gone. A file's rev is the same number. */
  seq: number;
  readonly id: number;
}

export interface FileNode extends NodeBase {
  readonly kind: 'file';
  content: Content;
  /** Seconds since the epoch. */
  clientModified: number;
  serverModified: number;
  flags: FileFlags | undefined;
  /** A file that is not found yet, though it stands: until this time of the world's clock, and for so many looks. */
  hidden: { readonly until: number; looks: number } | undefined;
}

export interface FolderNode extends NodeBase {
  readonly kind: 'folder';
  readonly children: Map<string, TreeNode>;
  /** Set on roots of namespaces: the account's own, team folders, shared-folder mounts. */
  namespaceId: string | undefined;
  flags: FolderFlags | undefined;
}

export type TreeNode = FileNode | FolderNode;

/** What is left of a deleted or moved item; paths are those of the whole account, above any view. */
export interface Tombstone {
  readonly kind: 'deleted';
  readonly name: string;
  readonly pathLower: string;
  readonly pathDisplay: string;
  readonly seq: number;
  /** It was where the account is not told of anything. */
  readonly concealed: boolean;
  /** Seconds since the epoch. */
  readonly deleted: number;
}

/** A superseded state of a file, readable by `rev:` and restorable. */
export interface Revision {
  readonly seq: number;
  readonly node: FileNode;
  /** Where it lay then. */
  readonly namespace: string;
  readonly pathLower: string;
  readonly name: string;
  readonly content: Content;
  readonly clientModified: number;
  readonly serverModified: number;
}

/** Path of a node below `view`; undefined if it does not lie there. The view itself is ''. */
export function pathBelow(view: FolderNode, node: TreeNode, part: 'key' | 'name'): string | undefined {
  let path = '';
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
    if (at === view) return path;
    path = `/${at[part]}${path}`;
  }
  return undefined;
}

export function isWithin(folder: FolderNode, node: TreeNode): boolean {
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) if (at === folder) return true;
  return false;
}

/** The id of the account's own files; every other namespace is shared with somebody. */
export const PERSONAL_NAMESPACE = '7654321098';

/** The shared or team folder that a node lies in, or undefined in the account's own. */
export function sharedParentOf(node: TreeNode): string | undefined {
  const id = node.parent && namespaceOf(node.parent);
  return id === '' || id === PERSONAL_NAMESPACE ? undefined : id;
}

/** The namespace whose write lock a change here takes. */
export function namespaceOf(node: TreeNode): string {
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
    if (at.kind === 'folder' && at.namespaceId !== undefined) return at.namespaceId;
  }
  return '';
}

/** Parents before children, in the order of creation within a folder. */
export function* withDescendants(node: TreeNode): Generator<TreeNode> {
  yield node;
  if (node.kind === 'folder') for (const child of node.children.values()) yield* withDescendants(child);
}

/** Lowercase hex that grows with every change: a counter of five digits or more, then 16 of the namespace. */
export function revOf(item: FileNode | Revision): string {
  const namespace = BigInt('node' in item ? item.namespace : namespaceOf(item));
  return `${(FIRST_REV + item.seq).toString(16).padStart(5, '0')}${namespace.toString(16).padStart(16, '0')}`;
}

const FIRST_REV = 0x16000;

/** The journal position in a rev; NaN for revs that this account never gave. */
export function seqOfRev(rev: string): number {
  return /^[0-9a-f]{21,}$/.test(rev) ? Number.parseInt(rev.slice(0, -16), 16) - FIRST_REV : Number.NaN;
}

export function idOf(node: TreeNode): string {
  return `id:${Buffer.from(`case${String(node.id).padStart(12, '0')}`).toString('base64url')}`;
}

/** The creation position in an id of 22 base64url characters; NaN for foreign ids. */
export function seqOfId(id: string): number {
  const text = Buffer.from(id.slice(3), 'base64url').toString('latin1');
  return /^case\d{12}$/.test(text) ? Number(text.slice(4)) : Number.NaN;
}
