import { boolean, defaulted, list, optional, required, struct, text } from './argument-checks.ts';
import { checked, eachEntry, launched } from './batches.ts';
import { deleteAt, makeFolderAt, RELOCATION_FIELDS, relocate } from './changes.ts';
import { metadataOf, taggedMetadata } from './metadata.ts';
import { REV, WRITE_PATH, WRITE_PATH_OR_ID } from './paths.ts';
import { type Route, rpc } from './route.ts';

/** More folders than that are made in the background. */
const MOST_AT_ONCE = 100;
const scope = 'files.content.write';
const folder = { path: required(text(WRITE_PATH)), autorename: defaulted(boolean, false) };
const relocation = struct({
  ...RELOCATION_FIELDS,
  autorename: defaulted(boolean, false),
  allow_shared_folder: defaulted(boolean, false),
  allow_ownership_transfer: defaulted(boolean, false),
});

/** Routes that the service has replaced and still answers, with bare metadata, and the batch of folders beside them. */
export const OLD_ROUTES: readonly Route[] = [
  rpc('files/create_folder', struct(folder), {
    scope,
    writes: true,
    handle: (call, args) => ({ json: metadataOf(call.view, makeFolderAt(call, args.path, args.autorename)) }),
  }),
  rpc('files/delete', struct({ path: required(text(WRITE_PATH_OR_ID)), parent_rev: optional(text(REV)) }), {
    scope,
    writes: true,
    handle: (call, args) => ({ json: deleteAt(call, args.path, args.parent_rev) }),
  }),
  ...(['move', 'copy'] as const).map((how) =>
    rpc(`files/${how}`, relocation, {
      scope,
      writes: true,
      handle: (call, args) => ({ json: taggedMetadata(call.view, relocate(call, args, how)) }),
    }),
  ),
  rpc(
    'files/create_folder_batch',
    struct({
      paths: required(list(text(WRITE_PATH), 0, 10_000)),
      autorename: defaulted(boolean, false),
      force_async: defaulted(boolean, false),
    }),
    {
      scope,
      writes: true,
      async handle(call, args) {
        const entries = await eachEntry(
          call,
          args.paths,
          (path) => metadataOf(call.view, makeFolderAt(call, path, args.autorename)),
          {
            succeeded: (metadata) => ({ metadata }),
          },
        );
        const isLater = args.force_async || args.paths.length >= MOST_AT_ONCE;
        return { json: isLater ? launched(call, 'create_folder', entries) : { '.tag': 'complete', entries } };
      },
    },
  ),
  rpc('files/create_folder_batch/check', struct({ async_job_id: required(text(/^.+$/s)) }), {
    scope,
    handle: (call, args) => checked(call.world.jobs, 'create_folder', args.async_job_id),
  }),
];
