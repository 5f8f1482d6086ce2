import { crc32 } from 'node:zlib';
import { untilAborted } from '../../host/until-aborted.ts';
import type { ZipInput } from '../entry.ts';
import { sizeMismatch } from './size-mismatch.ts';
import { stopped } from './stopped.ts';

/** The source of an entry broke; the archive itself is sound. `cause` is the error of the source. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  constructor(cause: unknown) {
    super('the source of an entry broke', { cause });
  }
}

export interface CheckedSource<D> {
  /** Throws SourceError when the source fails or gives another size than was expected, the signal's reason on abort. */
  readonly chunks: AsyncGenerator<Buffer, void, void>;
  /** What went through; complete once `chunks` has ended. */
  result(): { readonly digest: D; readonly size: number; readonly crc32: number };
}

/** A streamed input, counted and summed on its way; its next chunk is asked for while the last is worked on. */
export function checkedSource<D>(input: ZipInput<D>, expectedSize: number, signal: AbortSignal): CheckedSource<D> {
  let size = 0;
  let checksum = 0;
  let end: { readonly digest: D } | undefined;

  async function* read(): AsyncGenerator<Buffer, void, void> {
    const left = new AbortController();
    const source = input.stream(AbortSignal.any([signal, left.signal]));
    try {
      for (let pending = source.next(); ; ) {
        const step = await untilAborted(pending, signal);
        if (step.done) {
          if (size !== expectedSize) throw sizeMismatch(input.name, expectedSize, size);
          end = { digest: step.value };
          return;
        }
        size += step.value.length;
        if (size > expectedSize) throw sizeMismatch(input.name, expectedSize, size);
        checksum = crc32(step.value, checksum);
        pending = source.next();
        pending.catch(() => undefined);
        yield step.value;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceError(error);
    } finally {
      left.abort();
      await stopped([source.return(undefined as never)]);
    }
  }

  return {
    chunks: read(),
    result() {
      if (!end) throw new Error('the source has not been read to its end');
      return { digest: end.digest, size, crc32: checksum };
    },
  };
}
