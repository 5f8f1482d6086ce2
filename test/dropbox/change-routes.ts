import { boolean, defaulted, optional, required, struct, text } from './argument-checks.ts';
import { deleteAt, makeFolderAt, RELOCATION_FIELDS, relocate } from './changes.ts';
import { metadataOf, taggedMetadata } from './metadata.ts';
import { REV, WRITE_PATH, WRITE_PATH_OR_ID } from './paths.ts';
import { type Route, rpc } from './route.ts';

const relocation = struct({
  ...RELOCATION_FIELDS,
  autorename: defaulted(boolean, false),
  allow_shared_folder: defaulted(boolean, false),
  allow_ownership_transfer: defaulted(boolean, false),
});
const scope = 'files.content.write';

export const CHANGE_ROUTES: readonly Route[] = [
  rpc('files/create_folder_v2', struct({ path: required(text(WRITE_PATH)), autorename: defaulted(boolean, false) }), {
    scope,
    writes: true,
    handle: (call, args) => ({
      json: { metadata: metadataOf(call.view, makeFolderAt(call, args.path, args.autorename)) },
    }),
  }),
  rpc('files/delete_v2', struct({ path: required(text(WRITE_PATH_OR_ID)), parent_rev: optional(text(REV)) }), {
    scope,
    writes: true,
    handle: (call, args) => ({ json: { metadata: deleteAt(call, args.path, args.parent_rev) } }),
  }),
  rpc('files/move_v2', relocation, {
    scope,
    writes: true,
    handle: (call, args) => ({ json: { metadata: taggedMetadata(call.view, relocate(call, args, 'move')) } }),
  }),
  rpc('files/copy_v2', relocation, {
    scope,
    writes: true,
    handle: (call, args) => ({ json: { metadata: taggedMetadata(call.view, relocate(call, args, 'copy')) } }),
  }),
];
