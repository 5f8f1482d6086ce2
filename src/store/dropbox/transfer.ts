import { Failure } from '../../host/errors.ts';
import type { HashingAside } from '../hash-aside.ts';
import { type FileEntry, Unavailable } from '../store.ts';
import { parseObject, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import type { HttpAnswer } from './api/http.ts';
import { judge } from './api/judge.ts';
import { asFileOnly, asUnavailable, isBeyondEnd } from './file-refusals.ts';
import type { Witness } from './witness.ts';

/** Who reads files of one store. */
export interface Reader {
  readonly client: Client;
  readonly witness: Witness;
  readonly hashing: HashingAside;
}

/** One reading of a file from its beginning to its end, whatever it takes. */
export interface Reading extends Reader {
  readonly file: FileEntry;
  readonly signal: AbortSignal;
  /** The content_hash in the header of an answer, which may be there where the listing had none. */
  heard(contentHash: string): void;
}

/** Bytes of a file from `from` up to `to`, which is exclusive; without it to the end. */
export interface Span {
  readonly from: number;
  readonly to?: number;
}

/** A span of exactly the listed revision, resumed at the byte reached whenever the connection breaks. */
export interface Transfer {
  /** The span's next bytes: all that the target has room for. */
  fill(target: Buffer): Promise<void>;
  close(): void;
}

/** Something on the way does not serve ranges, or not this one: the file can only be had in one go. */
export class RangeRefused extends Error {
  override readonly name = 'RangeRefused';
}

/** A file that gives nothing for so long, while one that was had before can be had again, is not waited for longer. */
const STUCK_MS = 5 * 60_000;
const DROPPED_AT_ONCE = 64 * 1024;
/** So many answers for another range than the one asked for may be chance; a way on which they stay so serves none. */
const WRONG_RANGES = 2;

/**
 * Asks when the first bytes are wanted. A span with an end is asked for in nothing but ranges, and throws RangeRefused
 * where one is not served.
 */
export function startTransfer({ client, witness, file, signal, heard }: Reading, { from, to }: Span): Transfer {
  const { clock, retrying } = client.account;
  const attempts = retrying.start(signal);
  const end = to ?? file.size;
  let answer: HttpAnswer | undefined;
  let stuckSince: number | undefined;
  let at = from;
  let wrongRanges = 0;

  const came = (bytes: number): void => {
    at += bytes;
    attempts.progressed();
    stuckSince = undefined;
  };
  const close = (): void => {
    answer?.discard();
    answer = undefined;
  };

  const ask = async (): Promise<HttpAnswer> => {
    const range = at > 0 || to !== undefined ? { range: `bytes=${at}-${to === undefined ? '' : end - 1}` } : {};
    const asked = await client.content(
      'files/download',
      { path: `rev:${file.rev}` },
      { ...range, bytes: end - at },
      signal,
    );
    const { rev, content_hash: said } = parseObject(asked.header('dropbox-api-result') ?? '') ?? {};
    const problem = wrongAnswer(asked, rev);
    if (problem) {
      asked.discard();
      throw problem;
    }
    if (typeof said === 'string') heard(said);
    // A 200 to a Range request brings the whole file: what we have is dropped from it.
    if (asked.status === 200) await drop(asked, at);
    return asked;
  };
  const wrongAnswer = (asked: HttpAnswer, rev: unknown): Error | undefined => {
    if (typeof rev === 'string' && rev !== file.rev) return new Unavailable('changed_during_run');
    const coding = asked.header('content-encoding');
    if (coding !== undefined && coding !== 'identity') return new TransferFault(`a download came ${coding}-coded`);
    if (asked.status === 200 && to !== undefined) return new RangeRefused('a range was answered with the whole file');
    const expected = `bytes ${at}-${end - 1}/${file.size}`;
    if (asked.status === 206 && asked.header('content-range') !== expected) {
      const what = `a range was answered with ${asked.header('content-range')} instead of ${expected}`;
      wrongRanges += 1;
      return to !== undefined && wrongRanges > WRONG_RANGES ? new RangeRefused(what) : new TransferFault(what);
    }
    return undefined;
  };

  /** Returns when another attempt may be made. */
  const failed = async (error: unknown): Promise<void> => {
    close();
    if (error instanceof RangeRefused) throw error;
    if (isBeyondEnd(error)) {
      if (to !== undefined) throw new RangeRefused('a range was refused', { cause: error });
      throw new Unavailable('transfer_failed', { cause: error });
    }
    const meaning = asFileOnly(asUnavailable(error));
    stuckSince ??= clock.elapsed();
    const isStuck = judge(meaning).kind === 'fault' && clock.elapsed() - stuckSince > STUCK_MS;
    if (isStuck && (await witness.vouches(signal))) throw new Unavailable('transfer_failed', { cause: error });
    await attempts.failed(meaning);
  };

  return {
    async fill(target) {
      signal.throwIfAborted();
      const start = at;
      const wanted = start + target.length;
      for (let isFull = false; !isFull; ) {
        try {
          answer ??= await ask();
          await answer.fill(target.subarray(at - start), came);
          if (at < wanted) throw new TransferFault(`a download ended after ${at} of ${file.size} bytes`);
          isFull = true;
        } catch (error) {
          await failed(error);
        }
      }
      if (at === end && answer) await assertOver(answer, file, end - from);
    },
    close,
  };
}

async function drop(answer: HttpAnswer, bytes: number): Promise<void> {
  const scratch = Buffer.allocUnsafe(Math.min(bytes, DROPPED_AT_ONCE));
  for (let left = bytes; left > 0; ) {
    const target = scratch.subarray(0, left);
    let dropped = 0;
    await answer.fill(target, (came) => {
      dropped += came;
    });
    if (dropped < target.length) throw new TransferFault(`a download ended before byte ${bytes}`);
    left -= dropped;
  }
}

/** One that breaks after its last byte has brought them all. */
async function assertOver(answer: HttpAnswer, file: FileEntry, bytes: number): Promise<void> {
  const isOver = await answer.isOver().catch(() => true);
  answer.discard();
  if (!isOver) throw mismatch(file, `more than ${bytes} bytes`);
}

export function mismatch(file: FileEntry, what: string, cause?: unknown): Failure {
  return new Failure('TransferMismatch', `the download of revision ${file.rev} brought ${what}`, {
    hint: 'read the entry again from its start; if it stays so, something on the way changes the bytes (a proxy, bad memory)',
    cause,
  });
}
