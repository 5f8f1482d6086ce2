import { type Checked, defaulted, integer, optional, required, struct, text, union } from './argument-checks.ts';
import { metadataOf, revisionMetadata } from './metadata.ts';
import { keyOf } from './names.ts';
import { type FileNode, idOf, pathBelow, type Revision } from './nodes.ts';
import { nodeAt, READ_PATH, REV, WRITE_PATH } from './paths.ts';
import { type Route, rpc } from './route.ts';
import { Refusal } from './wire.ts';
import type { Answer, Call } from './world.ts';
import { writeTarget } from './write-target.ts';

const revisionsArguments = struct({
  path: required(text(READ_PATH)),
  mode: defaulted(union({ path: undefined, id: undefined }), { tag: 'path', value: undefined }),
  limit: defaulted(integer(1, 100), 10),
  before_rev: optional(text(REV)),
});
const restoreArguments = struct({ path: required(text(WRITE_PATH)), rev: required(text(REV)) });

export const REVISION_ROUTES: readonly Route[] = [
  rpc('files/list_revisions', revisionsArguments, { scope: 'files.metadata.read', handle: listRevisions }),
  rpc('files/restore', restoreArguments, { scope: 'files.content.write', writes: true, handle: restore }),
  rpc('files/permanently_delete', struct({ path: required(text(WRITE_PATH)), parent_rev: optional(text(REV)) }), {
    scope: 'files.content.write',
    writes: true,
    handle(call, args) {
      const node = nodeAt(call.world.tree, call.view, args.path);
      if (node === undefined) throw new Refusal('path_lookup/not_found');
      call.world.tree.purge(node);
      return { json: null };
    },
  }),
];

function listRevisions(call: Call, args: Checked<typeof revisionsArguments>): Answer {
  const { tree } = call.world;
  const node = nodeAt(tree, call.view, args.path);
  if (node?.kind === 'folder') throw new Refusal('path/not_file');
  const wanted = args.mode.tag === 'id' ? sameId(args.path, node) : samePath(call, args.path, node);
  const older = [...tree.superseded.values()].filter(wanted).reverse();
  if (node === undefined && older.length === 0) throw new Refusal('path/not_found');
  const all: (FileNode | Revision)[] = [...(node ? [node] : []), ...older];
  const entries = all.slice(0, args.limit).map((revision) => revisionMetadata(call.view, revision));
  return { json: { is_deleted: node === undefined, entries, has_more: all.length > args.limit } };
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

/** Puts an old state back as the newest, under the given path; a deleted file lives again with a new id. */
function restore(call: Call, args: Checked<typeof restoreArguments>): Answer {
  const { tree } = call.world;
  const found = tree.byRev(args.rev);
  if (found === undefined) throw new Refusal('invalid_revision');
  const { content, clientModified, serverModified } = found;
  const state = { content, clientModified, serverModified };
  const existing = nodeAt(tree, call.view, args.path);
  if (existing?.kind === 'folder') throw new Refusal('path_write/conflict/folder');
  if (existing !== undefined) {
    tree.replaceFile(existing, state);
    return { json: metadataOf(call.view, existing) };
  }
  const target = writeTarget(call, args.path);
  return { json: metadataOf(call.view, tree.makeFile(target.parent(), target.name, state)) };
}
