import type { files } from 'dropbox';
import { ApiError, isTagged } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import type { Metadata } from './entries.ts';

/** The metadata at an absolute path now, or undefined where nothing is. Asked anew each time. */
export async function lookup(client: Client, path: string, signal: AbortSignal): Promise<Metadata | undefined> {
  try {
    const found = await client.read((sdk) => sdk.filesGetMetadata({ path }, { signal }), signal, isTagged);
    return found['.tag'] === 'deleted' ? undefined : found;
  } catch (error) {
    if (error instanceof ApiError && error.is('path/not_found')) return undefined;
    throw error;
  }
}

/** The file at a path if it has exactly this content: how a change whose answer was lost is recognised. */
export async function lookupContent(
  client: Client,
  path: string,
  content: Content,
  signal: AbortSignal,
): Promise<files.FileMetadata | undefined> {
  const found = await lookup(client, path, signal);
  return found?.['.tag'] === 'file' && isContent(found, content) ? found : undefined;
}

export interface Content {
  readonly size: number;
  readonly contentHash: string;
}

export function isContent(metadata: files.FileMetadata, content: Content): boolean {
  return metadata.size === content.size && metadata.content_hash === content.contentHash;
}
