import type { files } from 'dropbox';
import { Failure } from '../../host/errors.ts';
import { Unavailable, type UnusableEntry } from '../store.ts';
import { ApiError, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { refusal } from './api/refusals.ts';
import { lookup } from './lookup.ts';

/**
 * What it means that the listing of a folder was refused. A folder that is there and is said not to be found may be one
 * that the account can't look into, or a lie of the moment: that is a TransferFault, so that it is asked again.
 */
export async function listingRefusal(
  error: unknown,
  { client, where, isRoot }: { readonly client: Client; readonly where: string; readonly isRoot: boolean },
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof ApiError) || !error.is('path')) return refusal(error, `listing ${where}`);
  const there = await folderAt(client, where, signal);
  if (there === undefined) return folderMissing(where, error);
  if (there !== 'closed' && error.is('path/not_found'))
    return new TransferFault(`${where} is there and not found`, error);
  if (isRoot) return rootClosed(where, error);
  return new Unavailable(error.is('path/restricted_content') ? 'restricted_content' : 'no_access', { cause: error });
}

/** 'open' says no more than that nothing is known to the contrary. */
async function folderAt(client: Client, where: string, signal: AbortSignal): Promise<'open' | 'closed' | undefined> {
  if (where === '') return 'open';
  try {
    const found = await lookup(client, where, signal);
    if (found?.['.tag'] !== 'folder') return undefined;
    return found.sharing_info?.no_access ? 'closed' : 'open';
  } catch (error) {
    if (error instanceof ApiError && error.is('path')) return 'closed';
    throw refusal(error, `looking up ${where}`);
  }
}

function folderMissing(where: string, cause: unknown): Failure {
  return new Failure('SourceMissing', `there is no folder ${where} in this Dropbox`, {
    hint: 'check the root and the namespace in the policy: was the folder renamed, moved, or its sharing ended?',
    cause,
  });
}

/** The account is told that the folder of the policy is there, and nothing of what is in it. */
export function rootClosed(where: string, cause?: unknown): Failure {
  return new Failure('RootNoAccess', `the account may see that ${where || '/'} is there, but not what is in it`, {
    hint: 'give the account access to the folder, or link the app to an account that has it',
    cause,
  });
}

/**
 * Stands for what is not shown of a root that is open only in part, which has no entry of its own. NUL is in no real
 * name, so this key is nobody else's.
 */
export function unseenRoot(root: files.FolderMetadata | undefined): UnusableEntry | undefined {
  return root?.sharing_info?.traverse_only
    ? { kind: 'unusable', path: '.', key: '\0', reason: 'partly_visible' }
    : undefined;
}
