import { crc32 } from 'node:zlib';
import { giveBack } from '../../host/memory.ts';
import { untilAborted } from '../../host/until-aborted.ts';
import type { BegunStream } from './begun-stream.ts';
import { sizeMismatch } from './size-mismatch.ts';

/** The source of an entry broke; the archive itself is sound. `cause` is the error of the source. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  constructor(cause: unknown) {
    super('the source of an entry broke', { cause });
  }
}

export interface CheckedSource<D> {
  /**
   * Throws SourceError when the source fails or gives another size than was expected, the signal's reason on abort. A
   * chunk is only there until the next one is asked for.
   */
  readonly chunks: AsyncGenerator<Buffer, void, void>;
  /** What went through; complete once `chunks` has ended. */
  result(): { readonly digest: D; readonly size: number; readonly crc32: number };
}

/** A streamed input, counted and summed on its way; the memory of its chunks is given back. */
export function checkedSource<D>(name: string, stream: BegunStream<D>, signal: AbortSignal): CheckedSource<D> {
  const { expectedSize } = stream;
  let size = 0;
  let checksum = 0;
  let end: { readonly digest: D } | undefined;

  async function* read(): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        const step = await untilAborted(stream.next(), signal);
        if (step.done) {
          if (size !== expectedSize) throw sizeMismatch(name, expectedSize, size);
          end = { digest: step.value };
          return;
        }
        size += step.value.length;
        if (size > expectedSize) throw sizeMismatch(name, expectedSize, size);
        checksum = crc32(step.value, checksum);
        yield step.value;
        // A piece of a larger buffer, as of a content that is held whole, is not its source's last word.
        if (step.value.length === step.value.buffer.byteLength) giveBack(step.value);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceError(error);
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
