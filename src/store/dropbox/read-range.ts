import { Failure } from '../../host/errors.ts';
import type { FileEntry } from '../store.ts';
import { TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { asUnavailable, isBeyondEnd } from './file-refusals.ts';

/** Exactly these bytes of that revision. Small (a directory, a sample), so a broken transfer is repeated from its start. */
export async function readRange(
  client: Client,
  file: FileEntry,
  { offset, length }: { readonly offset: number; readonly length: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const end = offset + length;
  if (end > file.size) throw tooShort(file, file.size, end);
  if (length === 0) return Buffer.alloc(0);
  const attempt = async (): Promise<Buffer> => {
    const range = `bytes=${offset}-${end - 1}`;
    const answer = await client.content(
      'files/download',
      { path: `rev:${file.rev}` },
      { range, bytes: length },
      signal,
    );
    const got =
      /^bytes (\d+)-(\d+)\/(\d+)$/
        .exec(answer.header('content-range') ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    const [from, last, total] = got;
    if (answer.status !== 206 || from !== offset || last !== end - 1) {
      answer.discard();
      if (total !== undefined && total < end) throw tooShort(file, total, end);
      throw new TransferFault(`${range} was answered with ${answer.status} ${answer.header('content-range') ?? ''}`);
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    try {
      await answer.fill(bytes, (came) => {
        filled += came;
      });
      if (filled < length) throw new TransferFault(`${range} brought ${filled} bytes`);
      if (!(await answer.isOver())) throw new TransferFault(`${range} brought more than ${length} bytes`);
      return bytes;
    } finally {
      answer.discard();
    }
  };
  try {
    return await client.account.retrying.run(attempt, signal);
  } catch (error) {
    if (isBeyondEnd(error)) throw tooShort(file, undefined, end, error);
    throw asUnavailable(error);
  }
}

function tooShort(file: FileEntry, size: number | undefined, end: number, cause?: unknown): Failure {
  return new Failure(
    'ObjectTooShort',
    `${file.path} ends ${size === undefined ? '' : `at byte ${size}, `}before byte ${end}`,
    {
      hint: 'the object is not what was stored: restore it from the version history, and do not rely on this backup',
      cause,
    },
  );
}
