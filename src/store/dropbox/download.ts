import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { Failure } from '../../host/errors.ts';
import { createHasher } from '../content-hash.ts';
import { type Digest, type FileEntry, type Loaded, Unavailable } from '../store.ts';
import { ApiError, parseObject, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { judge } from './api/judge.ts';
import { refusal } from './api/refusals.ts';
import type { Witness } from './witness.ts';

/** A whole transfer that brought wrong bytes is repeated so often. */
const LOAD_TRIES = 3;
/** A file that gives nothing for so long, while one that was had before can be had again, is not waited for longer. */
const STUCK_MS = 5 * 60_000;

/** Who reads files of one store. */
export interface Reader {
  readonly client: Client;
  readonly witness: Witness;
}

/**
 * The content of exactly the listed revision, resumed at the byte reached whenever the connection breaks. The end of
 * a body proves nothing (a body without a length ends where it breaks off), so size and content_hash decide; where
 * neither listing nor download has a content_hash, the size alone. Where they differ, Failure
 * `mismatch`/`TransferMismatch` after all chunks, and the whole entry is to be read again.
 */
export async function* download(
  { client, witness }: Reader,
  file: FileEntry,
  signal: AbortSignal,
): AsyncGenerator<Buffer, Digest, void> {
  const hasher = createHasher();
  const { clock, retrying } = client.account;
  const attempts = retrying.start(signal);
  let stuckSince: number | undefined;
  let { contentHash } = file;
  let at = 0;
  for (let complete = false; !complete; ) {
    try {
      const { said, body } = await answerFrom(client, file, at, signal);
      contentHash ??= said;
      for await (const chunk of body) {
        at += chunk.length;
        if (at > file.size) throw mismatch(file, `more than ${file.size} bytes`);
        hasher.update(chunk);
        attempts.progressed();
        stuckSince = undefined;
        yield chunk;
      }
      complete = at === file.size;
      if (!complete) throw new TransferFault(`a download ended after ${at} of ${file.size} bytes`);
    } catch (error) {
      const meaning = asFileOnly(asUnavailable(error));
      stuckSince ??= clock.elapsed();
      const isStuck = judge(meaning).kind === 'fault' && clock.elapsed() - stuckSince > STUCK_MS;
      if (isStuck && (await witness.vouches(signal))) throw new Unavailable('transfer_failed', { cause: error });
      await attempts.failed(meaning);
    }
  }
  const digest = hasher.digest();
  if (contentHash !== undefined && digest.contentHash !== contentHash) {
    throw mismatch(file, `content_hash ${digest.contentHash} instead of ${contentHash}`);
  }
  witness.had(file);
  return digest;
}

export async function load(reader: Reader, file: FileEntry, signal: AbortSignal): Promise<Loaded> {
  for (let tries = 1; ; tries++) {
    try {
      // Into its place chunk by chunk: kept until the end, the chunks are as much memory again, and garbage that is old.
      const bytes = Buffer.allocUnsafeSlow(file.size);
      const source = download(reader, file, signal);
      let next = await source.next();
      for (let at = 0; !next.done; next = await source.next()) at += next.value.copy(bytes, at);
      return { bytes, digest: next.value };
    } catch (error) {
      if (tries >= LOAD_TRIES || !(error instanceof Failure && error.code === 'TransferMismatch')) throw error;
    }
  }
}

interface Answered {
  /** The content_hash in its header, which may be there where the listing had none. */
  readonly said: string | undefined;
  readonly body: AsyncIterable<Buffer>;
}

async function answerFrom(client: Client, file: FileEntry, at: number, signal: AbortSignal): Promise<Answered> {
  const range = at > 0 ? { range: `bytes=${at}-` } : {};
  const answer = await client.content('files/download', { path: `rev:${file.rev}` }, range, signal);
  const { rev, content_hash: said } = parseObject(answer.header('dropbox-api-result') ?? '') ?? {};
  const problem = wrongAnswer();
  if (problem) {
    answer.discard();
    throw problem;
  }
  const surplus = answer.status === 200 ? at : 0;
  return { said: typeof said === 'string' ? said : undefined, body: without(surplus, answer.body) };

  function wrongAnswer(): Error | undefined {
    if (typeof rev === 'string' && rev !== file.rev) return new Unavailable('changed_during_run');
    const coding = answer.header('content-encoding');
    if (coding !== undefined && coding !== 'identity') return new TransferFault(`a download came ${coding}-coded`);
    const expected = `bytes ${at}-${file.size - 1}/${file.size}`;
    if (answer.status === 206 && answer.header('content-range') !== expected) {
      return new TransferFault(`a range was answered with ${answer.header('content-range')} instead of ${expected}`);
    }
    return undefined;
  }
}

/** A 200 to a Range request brings the whole file: what we have is dropped from it. */
async function* without(surplus: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = surplus;
  for await (const chunk of body) {
    const dropped = Math.min(left, chunk.length);
    left -= dropped;
    if (dropped < chunk.length) yield chunk.subarray(dropped);
  }
}

const UNAVAILABLE: readonly (readonly [tags: string, SkipReason])[] = [
  ['path/not_found', 'deleted_during_run'],
  ['path/not_file', 'changed_during_run'],
  ['path/restricted_content', 'restricted_content'],
  ['path/locked', 'locked'],
  ['path/unsupported_content_type', 'not_downloadable'],
  ['path/other', 'unreadable'],
  ['unsupported_file', 'not_downloadable'],
  ['non_exportable', 'not_downloadable'],
  ['invalid_export_format', 'export_failed'],
];

/** A refusal for ever that concerns this file only is Unavailable; what may heal passes unchanged. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof ApiError) || judge(error).kind !== 'final') return error;
  const found = UNAVAILABLE.find(([tags]) => error.is(tags));
  return found ? new Unavailable(found[1], { cause: error }) : refusal(error, 'reading a file');
}

/** Of a file that is asked for by its revision or id, only its own path is in the way of a request's form. */
export function asFileOnly(error: unknown): unknown {
  const isForm = error instanceof Failure && (error.code === 'RequestRejected' || error.code === 'HeadersTooLarge');
  return isForm ? new Unavailable('request_refused', { cause: error }) : error;
}

function mismatch(file: FileEntry, what: string): Failure {
  return new Failure('TransferMismatch', `the download of revision ${file.rev} brought ${what}`, {
    hint: 'read the entry again from its start; if it stays so, something on the way changes the bytes (a proxy, bad memory)',
  });
}
