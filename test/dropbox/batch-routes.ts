import { boolean, type Checked, defaulted, list, optional, required, struct, text } from './argument-checks.ts';
import { checked, eachEntry, launched } from './batches.ts';
import { deleteAt, RELOCATION_FIELDS, relocate } from './changes.ts';
import { taggedMetadata } from './metadata.ts';
import { REV, WRITE_PATH_OR_ID } from './paths.ts';
import { type Route, rpc } from './route.ts';
import type { Tagged } from './wire.ts';
import type { Call } from './world.ts';

const jobArgument = struct({ async_job_id: required(text(/^.+$/s)) });
const deleteBatch = struct({
  entries: required(list(struct({ path: required(text(WRITE_PATH_OR_ID)), parent_rev: optional(text(REV)) }), 0, 1000)),
});
const entries = required(list(struct(RELOCATION_FIELDS), 1, 1000));
const copyBatch = struct({ entries, autorename: defaulted(boolean, false) });
const moveBatch = struct({
  entries,
  autorename: defaulted(boolean, false),
  allow_ownership_transfer: defaulted(boolean, false),
});

const scope = 'files.content.write';
export const BATCH_ROUTES: readonly Route[] = [
  rpc('files/delete_batch', deleteBatch, {
    scope,
    writes: true,
    async handle(call, args) {
      const results = await eachEntry(call, args.entries, (entry) => deleteAt(call, entry.path, entry.parent_rev), {
        succeeded: (metadata) => ({ metadata }),
      });
      return { json: launched(call, 'delete', results) };
    },
  }),
  rpc('files/delete_batch/check', jobArgument, {
    scope,
    handle: (call, args) => checked(call.world.jobs, 'delete', args.async_job_id),
  }),
  rpc('files/move_batch_v2', moveBatch, {
    scope,
    writes: true,
    handle: (call, args) => relocateAll(call, args, 'move'),
  }),
  rpc('files/copy_batch_v2', copyBatch, {
    scope,
    writes: true,
    handle: (call, args) => relocateAll(call, args, 'copy'),
  }),
  ...(['move', 'copy'] as const).map((how) =>
    rpc(`files/${how}_batch/check_v2`, jobArgument, {
      scope,
      handle: (call, args) => checked(call.world.jobs, how, args.async_job_id),
    }),
  ),
];

async function relocateAll(call: Call, args: Checked<typeof copyBatch>, how: 'move' | 'copy') {
  const work = (entry: Checked<typeof copyBatch>['entries'][number]) =>
    taggedMetadata(call.view, relocate(call, { ...entry, autorename: args.autorename }, how));
  const results = await eachEntry(call, args.entries, work, {
    succeeded: (success) => ({ success }),
    failed: (error: Tagged) => ({ '.tag': 'relocation_error', relocation_error: error }),
  });
  return { json: launched(call, how, results) };
}
