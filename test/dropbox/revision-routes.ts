import {
  boolean,
  type Checked,
  defaulted,
  integer,
  optional,
  required,
  struct,
  text,
  union,
} from './argument-checks.ts';
import { metadataOf, revisionMetadata } from './metadata.ts';
import { keyOf } from './names.ts';
import { type FileNode, idOf, pathBelow, type Revision, revOf } from './nodes.ts';
import { nodeAt, PATH_OR_ID, REV, refuseClimbing, WRITE_PATH, WRITE_PATH_OR_ID } from './paths.ts';
import { type Route, rpc } from './route.ts';
import { Refusal, timestamp } from './wire.ts';
import { type Answer, type Call, secondsOf } from './world.ts';
import { writeTarget } from './write-target.ts';

const revisionsArguments = struct({
  path: required(text(PATH_OR_ID)),
  mode: defaulted(union({ path: undefined, id: undefined }), { tag: 'path', value: undefined }),
  limit: defaulted(integer(1, 100), 10),
  before_rev: optional(text(REV)),
  include_restorable_info: defaulted(boolean, false),
});
const restoreArguments = struct({ path: required(text(WRITE_PATH)), rev: required(text(REV)) });

export const REVISION_ROUTES: readonly Route[] = [
  rpc('files/list_revisions', revisionsArguments, { scope: 'files.metadata.read', handle: listRevisions }),
  rpc('files/restore', restoreArguments, { scope: 'files.content.write', writes: true, handle: restore }),
  rpc('files/permanently_delete', struct({ path: required(text(WRITE_PATH_OR_ID)), parent_rev: optional(text(REV)) }), {
    scope: 'files.permanent_delete',
    teamOnly: true,
    writes: true,
    handle(call, args) {
      refuseClimbing(args.path, 'path_lookup');
      const node = nodeAt(call.world.tree, call.view, args.path);
      if (node === undefined) throw new Refusal('path_lookup/not_found');
      call.world.tree.purge(node, secondsOf(call.world.clock));
      return { json: null };
    },
  }),
];

function listRevisions(call: Call, args: Checked<typeof revisionsArguments>): Answer {
  const { tree } = call.world;
  refuseClimbing(args.path, 'path');
  const node = nodeAt(tree, call.view, args.path);
  if (node?.kind === 'folder') throw new Refusal('path/not_file');
  if (args.before_rev !== undefined && args.mode.tag === 'id') throw new Refusal('before_rev_not_supported');
  const wanted = args.mode.tag === 'id' ? sameId(args.path, node) : samePath(call, args.path, node);
  const older = [...tree.superseded.values()].filter(wanted).reverse();
  if (node === undefined && older.length === 0) throw new Refusal('path/not_found');
  const all: (FileNode | Revision)[] = [...(node ? [node] : []), ...older];
  const from = args.before_rev === undefined ? 0 : all.findIndex((revision) => revOf(revision) === args.before_rev) + 1;
  if (args.before_rev !== undefined && from === 0) throw new Refusal('invalid_before_rev');
  const restorable = args.include_restorable_info ? { is_restorable: true } : {};
  const page = all.slice(from, from + args.limit);
  const entries = page.map((revision) => ({ ...revisionMetadata(call.view, revision), ...restorable }));
  const gone = node === undefined ? tree.tombstoneAt(call.view, args.path) : undefined;
  return {
    json: {
      is_deleted: node === undefined,
      ...(gone ? { server_deleted: timestamp(gone.deleted) } : {}),
      entries,
      has_more: all.length > from + args.limit,
    },
  };
}

function sameId(path: string, node: FileNode | undefined) {
  const id = node ? idOf(node) : path;
  return (revision: Revision) => idOf(revision.node) === id;
}

function samePath(call: Call, path: string, node: FileNode | undefined) {
  const { tree } = call.world;
  const base = pathBelow(tree.top, call.view, 'key') ?? '';
  const full = node ? pathBelow(tree.top, node, 'key') : `${base}${path.split('/').map(keyOf).join('/')}`;
  return (revision: Revision) => revision.pathLower === full;
}

/** Puts an old state back as the newest, under the given path; a deleted file lives again under its id. */
function restore(call: Call, args: Checked<typeof restoreArguments>): Answer {
  const { tree } = call.world;
  const found = tree.byRev(args.rev);
  if (found === undefined) throw new Refusal('invalid_revision');
  const { content, clientModified } = found;
  const state = { content, clientModified, serverModified: secondsOf(call.world.clock) };
  const existing = nodeAt(tree, call.view, args.path);
  if (existing?.kind === 'folder') throw new Refusal('path_write/conflict/folder');
  if (existing !== undefined) {
    tree.replaceFile(existing, state);
    return { json: metadataOf(call.view, existing) };
  }
  const target = writeTarget(call, args.path);
  const file = 'node' in found ? found.node : found;
  if (file.seq >= 0) return { json: metadataOf(call.view, tree.makeFile(target.parent(), target.name, state)) };
  tree.revive(file, target.parent(), target.name, state);
  return { json: metadataOf(call.view, file) };
}
