import type { files } from 'dropbox';
import { Failure } from '../../../host/errors.ts';
import { Conflict, type Expected } from '../../store.ts';
import { ApiError, parseObject, TransferFault } from '../api/api-error.ts';
import type { Client } from '../api/client.ts';
import { type HttpAnswer, textOf } from '../api/http.ts';
import { refusal } from '../api/refusals.ts';
import { type Content, isContent, lookup, lookupContent } from '../lookup.ts';
import { settle } from '../settle.ts';

/**
 * Nothing is ever replaced or renamed unasked. strict_conflict also refuses what Dropbox would else quietly accept:
 * the same content (no write, old metadata), or an update of a file that is deleted (files.stone CommitInfo).
 */
export function commitInfo(path: string, expected: Expected): object {
  const mode = expected === 'absent' ? { '.tag': 'add' } : { '.tag': 'update', update: expected.rev };
  return { path, mode, autorename: false, mute: true, strict_conflict: true };
}

/** A file of at most 150 MiB in one request. */
export async function uploadWhole(
  client: Client,
  path: string,
  bytes: Buffer,
  content: Content,
  expected: Expected,
  signal: AbortSignal,
): Promise<files.FileMetadata> {
  const argument = { ...commitInfo(path, expected), content_hash: content.contentHash };
  const send = async (): Promise<files.FileMetadata> =>
    committed(await client.content('files/upload', argument, { body: bytes, slow: true }, signal));
  return await settle(client, send, () => lookupContent(client, path, content, signal), signal);
}

/** The metadata in a commit's answer; what is none counts as an answer that was lost. */
export async function committed(answer: HttpAnswer): Promise<files.FileMetadata> {
  const text = await textOf(answer);
  if (parseObject(text) === undefined) throw new TransferFault('a commit was answered without metadata');
  return JSON.parse(text);
}

/** What Dropbox says it stored, after it was compared with what was sent. */
export async function checkStored(
  client: Client,
  path: string,
  answer: files.FileMetadata,
  content: Content,
  signal: AbortSignal,
): Promise<files.FileMetadata> {
  const stored =
    answer.content_hash === undefined ? await lookup(client, path, signal) : { ...answer, '.tag': 'file' as const };
  if (stored?.['.tag'] === 'file' && isContent(stored, content)) return stored;
  const found = stored?.['.tag'] === 'file' ? `${stored.size} bytes, content_hash ${stored.content_hash}` : 'no file';
  throw new Failure(
    'StoredDiffers',
    `${path} was sent with ${content.size} bytes, content_hash ${content.contentHash}, but Dropbox holds ${found}`,
    {
      hint: 'the stored object is not good and must not be relied on; the next run makes a new one',
    },
  );
}

/** A commit's refusal as what the contract promises: Conflict for a taken or changed path, else a Failure. */
export function commitFailure(error: unknown, path: string): unknown {
  if (error instanceof ApiError && error.has('conflict')) {
    return new Conflict(`${path} is not as expected (${error.summary})`, { cause: error });
  }
  return refusal(error, `writing ${path}`);
}
