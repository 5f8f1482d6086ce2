import { isReadOnly } from './access.ts';
import {
  type FileNode,
  type FolderNode,
  idOf,
  pathBelow,
  type Revision,
  revOf,
  sharedParentOf,
  type Tombstone,
  type TreeNode,
} from './nodes.ts';
import { timestamp } from './wire.ts';

export type Json = Record<string, unknown>;

/** What is only told of files to who asks for it. */
export interface Asked {
  readonly explicitMembers?: boolean;
  readonly mediaInfo?: boolean;
}

/** FileMetadata or FolderMetadata, without `.tag`, as seen from `view`; keys in the order of the service. */
export function metadataOf(view: FolderNode, node: TreeNode, asked: Asked = {}): Json {
  return node.kind === 'file' ? fileMetadata(view, node, asked) : folderMetadata(view, node);
}

/** Metadata where the union's tag belongs to it: listings, get_metadata, delete, move and copy. */
export function taggedMetadata(view: FolderNode, node: TreeNode, asked?: Asked): Json {
  const tag = node.kind === 'file' ? (node.flags?.unknownTag ?? 'file') : 'folder';
  return { '.tag': tag, ...metadataOf(view, node, asked) };
}

export function deletedMetadata(pathOfView: string, displayOfView: string, gone: Tombstone): Json {
  return {
    '.tag': 'deleted',
    name: gone.name,
    path_lower: gone.pathLower.slice(pathOfView.length),
    path_display: gone.pathDisplay.slice(displayOfView.length),
  };
}

export function revisionMetadata(view: FolderNode, revision: Revision | FileNode): Json {
  if (!('node' in revision)) return fileMetadata(view, revision);
  const now = fileMetadata(view, revision.node);
  return {
    ...now,
    name: revision.name,
    client_modified: timestamp(revision.clientModified),
    server_modified: timestamp(revision.serverModified),
    rev: revOf(revision),
    size: revision.content.size,
    content_hash: revision.content.hash(),
  };
}

function fileMetadata(view: FolderNode, file: FileNode, asked: Asked = {}): Json {
  const flags = file.flags;
  const lower = flags?.missingPathLower ? {} : { path_lower: pathBelow(view, file, 'key') };
  const exportInfo = flags?.exportFormats
    ? { export_info: { export_as: flags.exportFormats[0], export_options: flags.exportFormats } }
    : {};
  return {
    name: file.name,
    ...lower,
    path_display: displayPath(view, file),
    ...parentId(file),
    id: idOf(file),
    client_modified: timestamp(file.clientModified),
    server_modified: timestamp(file.serverModified),
    rev: revOf(file),
    size: file.content.size,
    ...(asked.mediaInfo ? mediaInfo(file) : {}),
    ...(flags?.symlinkTarget === undefined ? {} : { symlink_info: { target: flags.symlinkTarget } }),
    ...fileSharing(file),
    is_downloadable: flags?.downloadable !== false,
    ...exportInfo,
    ...(asked.explicitMembers ? { has_explicit_shared_members: flags?.explicitMembers === true } : {}),
    ...(flags?.missingContentHash || flags?.downloadable === false ? {} : { content_hash: file.content.hash() }),
    ...lockInfo(file),
  };
}

function mediaInfo({ flags, clientModified }: FileNode): Json {
  if (flags?.dimensions === undefined) return {};
  const photo = { '.tag': 'photo', dimensions: flags.dimensions, time_taken: timestamp(clientModified) };
  return { media_info: { '.tag': 'metadata', metadata: photo } };
}

function lockInfo({ flags, serverModified }: FileNode): Json {
  if (flags?.lockedBy === undefined) return {};
  const created = timestamp(serverModified);
  return { file_lock_info: { is_lockholder: false, lockholder_name: flags.lockedBy, created } };
}

function folderMetadata(view: FolderNode, folder: FolderNode): Json {
  return {
    name: folder.name,
    path_lower: pathBelow(view, folder, 'key'),
    path_display: pathBelow(view, folder, 'name'),
    ...parentId(folder),
    id: idOf(folder),
    ...folderSharing(folder),
  };
}

/** The deprecated field beside sharing_info, still sent. */
function parentId(node: TreeNode): Json {
  const parent = sharedParentOf(node);
  return parent === undefined ? {} : { parent_shared_folder_id: parent };
}

function fileSharing(file: FileNode): Json {
  const parent = parentId(file);
  if (file.parent === undefined || parent['parent_shared_folder_id'] === undefined) return {};
  return { sharing_info: { read_only: isReadOnly(file.parent), ...parent } };
}

function folderSharing(folder: FolderNode): Json {
  const id = folder.namespaceId === undefined ? {} : { shared_folder_id: folder.namespaceId };
  const parent = parentId(folder);
  const { flags } = folder;
  if (flags === undefined && folder.namespaceId === undefined && parent['parent_shared_folder_id'] === undefined)
    return {};
  const limits = { traverse_only: flags?.traverseOnly !== undefined, no_access: flags?.noAccess !== undefined };
  return { ...id, sharing_info: { read_only: isReadOnly(folder), ...parent, ...id, ...limits } };
}

/** Only the last component of path_display is sure to have the right case. */
function displayPath(view: FolderNode, file: FileNode): string | undefined {
  const path = pathBelow(view, file, 'name');
  if (path === undefined || !file.flags?.wrongParentCase) return path;
  return `${path.slice(0, -file.name.length).toUpperCase()}${file.name}`;
}
