import type { Dropbox, files } from 'dropbox';
import { Failure } from '../../host/errors.ts';
import { Conflict, type FileEntry } from '../store.ts';
import { ApiError, isTagged, mayHaveHappened, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { refusal } from './api/refusals.ts';
import { isContent, lookup, lookupContent } from './lookup.ts';
import { settle } from './settle.ts';

/** A file just created may not be found by a move for a moment: dropbox.go of rclone, and its issue 8881. */
const MISSING_TRIES = 5;

/** The API moves by path whatever is there, so the revision is compared just before and the content just after. */
export async function moveFile(
  client: Client,
  { file, from, to }: { readonly file: FileEntry; readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<files.FileMetadata> {
  let missing = 0;
  const missingSource = (): Error =>
    ++missing < MISSING_TRIES ? new TransferFault(`${from} is not to be found yet`) : new Conflict(`${from} is gone`);

  const send = async (): Promise<files.FileMetadata> => {
    const there = await lookup(client, from, signal);
    if (!there) throw missingSource();
    requireRevision(there, file, from);
    try {
      const argument = { from_path: from, to_path: to, autorename: false };
      const move = (sdk: Dropbox) => sdk.filesMoveV2(argument, { signal });
      const { metadata } = await client.once(move, (answer) => isTagged(answer.metadata));
      if (metadata['.tag'] === 'file') return metadata;
      throw new Conflict(`what was moved to ${to} is no file`);
    } catch (error) {
      throw error instanceof ApiError && error.is('from_lookup/not_found') ? missingSource() : error;
    }
  };

  const content = await contentOf(client, file, from, signal);
  try {
    const moved = await settle(client, send, () => lookupContent(client, to, content, signal), signal);
    if (isContent(moved, content)) return moved;
    throw new Failure('MovedDiffers', `${to} has other content than ${from} had`, {
      hint: 'somebody changed the file while it was moved: it must not be relied on; the next run makes a new one',
    });
  } catch (error) {
    if (error instanceof ApiError && error.is('to/conflict')) throw new Conflict(`${to} is taken`, { cause: error });
    throw refusal(error, `moving ${from} to ${to}`);
  }
}

/** Made twice it is refused with its own name, so an answer that was lost needs no look. */
export async function addFolder(client: Client, path: string, signal: AbortSignal): Promise<void> {
  const argument = { path, autorename: false };
  const attempt = () => client.once((sdk) => sdk.filesCreateFolderV2(argument, { signal }));
  try {
    await client.account.retrying.run(attempt, signal);
  } catch (error) {
    if (error instanceof ApiError && error.is('path/conflict/folder')) return;
    if (error instanceof ApiError && error.is('path/conflict')) {
      throw new Conflict(`${path} can't be a folder (${error.summary})`, { cause: error });
    }
    throw refusal(error, `making the folder ${path}`);
  }
}

/** delete_v2 removes a folder with all below it, so it is asked only for what was just seen to be this very file. */
export async function removeFile(
  client: Client,
  file: FileEntry,
  path: string,
  signal: AbortSignal,
): Promise<'removed' | 'gone'> {
  let isUncertain = false;
  const attempt = async (): Promise<'removed' | 'gone'> => {
    const there = await lookup(client, path, signal);
    if (!there) return isUncertain ? 'removed' : 'gone';
    requireRevision(there, file, path);
    try {
      await client.once((sdk) => sdk.filesDeleteV2({ path, parent_rev: file.rev }, { signal }));
      return 'removed';
    } catch (error) {
      if (error instanceof ApiError && error.is('path_lookup/not_found')) return isUncertain ? 'removed' : 'gone';
      isUncertain ||= mayHaveHappened(error);
      throw error;
    }
  };
  try {
    return await client.account.retrying.run(attempt, signal);
  } catch (error) {
    if (error instanceof ApiError && error.is('path_write/conflict')) {
      throw new Conflict(`${path} has changed`, { cause: error });
    }
    throw refusal(error, `removing ${path}`);
  }
}

async function contentOf(
  client: Client,
  file: FileEntry,
  path: string,
  signal: AbortSignal,
): Promise<{ size: number; contentHash: string }> {
  if (file.contentHash !== undefined) return { size: file.size, contentHash: file.contentHash };
  const there = await lookup(client, path, signal);
  if (there?.['.tag'] !== 'file' || there.content_hash === undefined)
    throw new Conflict(`${path} is no file with a content_hash`);
  return { size: there.size, contentHash: there.content_hash };
}

function requireRevision(there: NonNullable<Awaited<ReturnType<typeof lookup>>>, file: FileEntry, path: string): void {
  if (there['.tag'] !== 'file') throw new Conflict(`${path} is a folder`);
  if (there.rev !== file.rev) throw new Conflict(`${path} has revision ${there.rev}, not ${file.rev}`);
}
