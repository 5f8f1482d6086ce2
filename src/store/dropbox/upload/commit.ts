import type { files } from 'dropbox';
import { Failure } from '../../../host/errors.ts';
import { Conflict, type Expected } from '../../store.ts';
import { ApiError, parseObject, TransferFault } from '../api/api-error.ts';
import type { Client } from '../api/client.ts';
import { type HttpAnswer, textOf } from '../api/http.ts';
import { refusal } from '../api/refusals.ts';
import { type Content, isContent, lookup, lookupContent } from '../lookup.ts';
import { settle } from '../settle.ts';

/** One file on its way to its place: all that its commit says, and until when. */
export interface Commit {
  readonly client: Client;
  /** Absolute. */
  readonly path: string;
  readonly content: Content;
  readonly expected: Expected;
  readonly modified?: Date | undefined;
  readonly signal: AbortSignal;
}

/** The year 1 has come back as 2001 (dropbox/dbxcli issue 20); of other times before 1970 nothing is known. */
const FIRST_TIME = Date.UTC(1970, 0);
const LAST_TIME = Date.UTC(10_000, 0) - 1;

/**
 * Nothing is ever replaced or renamed unasked. strict_conflict also refuses what Dropbox would else quietly accept:
 * the same content (no write, old metadata), or an update of a file that is deleted (dropbox-api-spec files.stone,
 * CommitInfo).
 */
export function commitInfo({ path, expected, modified }: Commit): object {
  const mode = expected === 'absent' ? { '.tag': 'add' } : { '.tag': 'update', update: expected.rev };
  const time = modified ? { client_modified: timestamp(modified) } : {};
  return { path, mode, ...time, autorename: false, mute: true, strict_conflict: true };
}

/** A file of at most 150 MiB in one request. */
export async function uploadWhole(commit: Commit, bytes: Buffer): Promise<files.FileMetadata> {
  const { client, content, signal } = commit;
  const argument = { ...commitInfo(commit), content_hash: content.contentHash };
  return await settled(commit, async () =>
    committed(await client.content('files/upload', argument, { body: bytes, slow: true }, signal)),
  );
}

/** Sends a commit; when its answer was lost, the file with this content at this path is that commit's. */
export function settled(
  { client, path, content, signal }: Commit,
  send: () => Promise<files.FileMetadata>,
): Promise<files.FileMetadata> {
  return settle(client, send, () => lookupContent(client, path, content, signal), signal);
}

/** The metadata in a commit's answer; what is none counts as an answer that was lost. */
export async function committed(answer: HttpAnswer): Promise<files.FileMetadata> {
  const text = await textOf(answer);
  if (parseObject(text) === undefined) throw new TransferFault('a commit was answered without metadata');
  return JSON.parse(text);
}

/** What Dropbox says it stored, after it was compared with what was sent. */
export async function checkStored(
  { client, path, content, signal }: Commit,
  answer: files.FileMetadata,
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

/** Whole seconds, as the API wants them. */
function timestamp(time: Date): string {
  const kept = new Date(Math.min(LAST_TIME, Math.max(FIRST_TIME, time.getTime())));
  return `${kept.toISOString().slice(0, 19)}Z`;
}

/** A commit's refusal as what the contract promises: Conflict for a taken or changed path, else a Failure. */
export function commitFailure(error: unknown, path: string): unknown {
  if (error instanceof ApiError && error.has('conflict')) {
    return new Conflict(`${path} is not as expected (${error.summary})`, { cause: error });
  }
  return refusal(error, `writing ${path}`);
}
