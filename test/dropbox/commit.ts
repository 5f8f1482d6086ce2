import { ACCOUNT_NAME } from './account-routes.ts';
import {
  anything,
  boolean,
  type Checked,
  defaulted,
  list,
  optional,
  required,
  struct,
  text,
  timestampArgument,
  union,
} from './argument-checks.ts';
import { type Content, memoryContent } from './contents.ts';
import { keyOf, suffixed } from './names.ts';
import { type FileNode, type FolderNode, revOf } from './nodes.ts';
import { REV, WRITE_PATH_OR_ID } from './paths.ts';
import { hideIfAsked } from './visibility.ts';
import { Refusal } from './wire.ts';
import { type Call, secondsOf } from './world.ts';
import { freeName, writeTarget } from './write-target.ts';

export const COMMIT_FIELDS = {
  path: required(text(WRITE_PATH_OR_ID)),
  mode: defaulted(union({ add: undefined, overwrite: undefined, update: text(REV) }), { tag: 'add', value: undefined }),
  autorename: defaulted(boolean, false),
  client_modified: optional(timestampArgument),
  mute: defaulted(boolean, false),
  property_groups: optional(list(anything, 0, 100)),
  strict_conflict: defaulted(boolean, false),
};
export const commitInfo = struct(COMMIT_FIELDS);
export type CommitInfo = Checked<typeof commitInfo>;

/** Puts content in its place by the rules of WriteMode; refused with a WriteError. */
export async function commitFile(call: Call, info: CommitInfo, sent: Content): Promise<FileNode> {
  const { tree, clock } = call.world;
  const target = writeTarget(call, info.path);
  const { name, existing } = target;
  const writeError = call.effect('writeError');
  if (writeError) throw new Refusal(writeError.error);
  const content = call.effect('corruptCommit') ? await corrupted(sent) : sent;
  refuseOverQuota(call, content.size);
  const now = secondsOf(clock);
  const state = { content, clientModified: info.client_modified ?? now, serverModified: now };

  if (existing === undefined) {
    if (info.mode.tag === 'update' && info.strict_conflict) throw new Refusal('conflict/file');
    return hideIfAsked(call, tree.makeFile(target.parent(), name, state));
  }
  const folder = target.parent();
  if (existing.kind === 'folder') {
    if (!info.autorename) throw new Refusal('conflict/folder');
    return tree.makeFile(folder, freeFor(folder, name, info), state);
  }
  const same = existing.content.size === content.size && existing.content.hash() === content.hash();
  if (same && !info.strict_conflict) return existing;
  const replaces = info.mode.tag === 'overwrite' || (info.mode.tag === 'update' && info.mode.value === revOf(existing));
  if (replaces) {
    tree.replaceFile(existing, state);
    return hideIfAsked(call, existing);
  }
  if (!info.autorename) throw new Refusal('conflict/file');
  return tree.makeFile(folder, freeFor(folder, name, info), state);
}

/** An update that comes too late is somebody's copy; anything else is numbered. */
function freeFor(folder: FolderNode, name: string, info: CommitInfo): string {
  const free = info.mode.tag === 'update' ? suffixed(name, ` (${ACCOUNT_NAME}'s conflicted copy)`) : name;
  return folder.children.has(keyOf(free)) ? freeName(folder, free) : free;
}

function refuseOverQuota(call: Call, size: number): void {
  const { tree, settings } = call.world;
  const { memberLimit } = settings;
  const isStopped = memberLimit.type === 'stop_sync' && memberLimit.usedBytes + size > memberLimit.allocatedBytes;
  if (isStopped || tree.usedBytes + settings.usedElsewhereBytes + size > settings.allocatedBytes) {
    throw new Refusal('insufficient_space');
  }
}

async function corrupted(content: Content): Promise<Content> {
  const pieces: Buffer[] = [];
  for await (const piece of content.read(0, content.size)) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  bytes[0] = (bytes[0] ?? 0) ^ 0xff;
  return memoryContent(bytes);
}
