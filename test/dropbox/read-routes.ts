import { isConcealed } from './access.ts';
import {
  boolean,
  type Checked,
  defaulted,
  optional,
  propertyGroups,
  required,
  struct,
  text,
} from './argument-checks.ts';
import type { Content } from './contents.ts';
import { type Json, revisionMetadata, taggedMetadata } from './metadata.ts';
import { type FileNode, isWithin, type Revision, revOf } from './nodes.ts';
import { nodeAt, READ_PATH, REV, refuseClimbing } from './paths.ts';
import { type Range, rangeOf } from './range.ts';
import { download, type Route, rpc } from './route.ts';
import { isHidden } from './visibility.ts';
import { badRequest, HttpError, Refusal, toJson } from './wire.ts';
import type { Answer, Call } from './world.ts';

const metadataArguments = struct({
  path: required(text(READ_PATH)),
  include_media_info: defaulted(boolean, false),
  include_deleted: defaulted(boolean, false),
  include_has_explicit_shared_members: defaulted(boolean, false),
  include_property_groups: optional(propertyGroups),
});

export const READ_ROUTES: readonly Route[] = [
  rpc('files/get_metadata', metadataArguments, {
    scope: 'files.metadata.read',
    handle: (call, args) => ({ json: metadataAt(call, args) }),
  }),
  download('files/download', struct({ path: required(text(READ_PATH)), rev: optional(text(REV)) }), {
    scope: 'files.content.read',
    handle(call, args) {
      const file = readableFile(call, args.rev === undefined ? args.path : `rev:${args.rev}`);
      const node = 'node' in file ? file.node : file;
      if (node.flags?.downloadable === false) throw new Refusal('unsupported_file');
      const result = revisionMetadata(call.view, file);
      const tag = `W/"${revOf(file)}"`;
      if (call.ifNoneMatch === tag) throw new HttpError(304, '', { ETag: tag });
      const etag = { ETag: tag, 'Original-Content-Length': String(file.content.size) };
      return bytesAnswer(file.content, result, rangeOf(call, file.content.size), etag);
    },
  }),
  download('files/export', struct({ path: required(text(READ_PATH)), export_format: optional(text()) }), {
    scope: 'files.content.read',
    handle(call, args) {
      const file = readableFile(call, args.path);
      const flags = ('node' in file ? file.node : file).flags;
      const format = args.export_format ?? flags?.exportFormats?.[0];
      if (flags?.exported === undefined || format === undefined) throw new Refusal('non_exportable');
      if (!flags.exportFormats?.includes(format)) throw new Refusal('invalid_export_format');
      const name = `${file.name.replace(/\.[^.]*$/, '')}.${format}`;
      const exportMetadata = { name, size: flags.exported.size, export_hash: flags.exported.hash() };
      const result = { export_metadata: exportMetadata, file_metadata: revisionMetadata(call.view, file) };
      return bytesAnswer(flags.exported, result, undefined, {});
    },
  }),
];

function metadataAt(call: Call, args: Checked<typeof metadataArguments>): Json {
  const { path } = args;
  if (path === '/') throw badRequest(call.route, 'request body: path: The root folder is unsupported.');
  if (path.startsWith('rev:')) return { '.tag': 'file', ...revisionMetadata(call.view, fileOfRev(call, path)) };
  refuseClimbing(path, 'path');
  const node = nodeAt(call.world.tree, call.view, path);
  if (node !== undefined && !isHidden(call, node)) {
    const explicitMembers = args.include_has_explicit_shared_members;
    return taggedMetadata(call.view, node, { explicitMembers, mediaInfo: args.include_media_info });
  }
  const gone = args.include_deleted ? call.world.tree.tombstoneAt(call.view, path) : undefined;
  if (gone === undefined) throw new Refusal('path/not_found');
  return { '.tag': 'deleted', name: gone.name, path_lower: path.toLowerCase(), path_display: path };
}

/** The file at a read path, or the superseded state that a `rev:` names; refused with `path/<LookupError>`. */
export function readableFile(call: Call, path: string): FileNode | Revision {
  refuseClimbing(path, 'path');
  const found = path.startsWith('rev:') ? fileOfRev(call, path) : nodeAt(call.world.tree, call.view, path);
  if (found === undefined) throw new Refusal('path/not_found');
  if ('kind' in found && found.kind === 'folder') throw new Refusal('path/not_file');
  const node = 'node' in found ? found.node : found;
  if (isHidden(call, node)) throw new Refusal('path/not_found');
  if (node.flags?.restricted) throw new Refusal('path/restricted_content');
  if (node.flags?.locked) throw new Refusal('path/locked');
  return found;
}

function fileOfRev(call: Call, path: string): FileNode | Revision {
  const found = call.world.tree.byRev(path.slice(4));
  const node = found && 'node' in found ? found.node : found;
  if (node === undefined || found === undefined || !isWithin(call.view, node) || isConcealed(node))
    throw new Refusal('path/not_found');
  return found;
}

function bytesAnswer(
  content: Content,
  result: Json,
  range: Range | undefined,
  headers: Record<string, string>,
): Answer {
  const start = range?.start ?? 0;
  const end = range?.end ?? content.size;
  const contentRange = range ? { 'Content-Range': `bytes ${start}-${end - 1}/${content.size}` } : {};
  return {
    status: range ? 206 : 200,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Dropbox-API-Result': toJson(result),
      'Accept-Ranges': 'bytes',
      ...contentRange,
      ...headers,
    },
    content,
    start,
    end,
  };
}
