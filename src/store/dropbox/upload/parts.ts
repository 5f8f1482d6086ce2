import { giveBack } from '../../../host/memory.ts';

/**
 * The buffers of one upload: at most `buffers`, made when first needed. With all of them out, `take` waits for a
 * release. This is what bounds an upload's memory.
 */
export interface PartPool {
  readonly partBytes: number;
  take(): Promise<Buffer>;
  release(buffer: Buffer): void;
  /**
   * Gives the memory of all that were released back: 64 MiB by default, which the check that follows an upload would
   * otherwise find taken. Only after a success: a request that broke off may still read from its buffer.
   */
  end(): void;
}

export function partPool(partBytes: number, buffers: number): PartPool {
  const free: Buffer[] = [];
  let made = 0;
  let released = Promise.withResolvers<void>();

  return {
    partBytes,
    async take() {
      while (free.length === 0 && made === buffers) {
        released = Promise.withResolvers<void>();
        await released.promise;
      }
      const used = free.pop();
      if (used) return used;
      made++;
      return Buffer.allocUnsafeSlow(partBytes);
    },
    release(buffer) {
      free.push(buffer);
      released.resolve();
    },
    end() {
      for (const buffer of free.splice(0)) giveBack(buffer);
    },
  };
}

export interface Part {
  /** Part of a pooled buffer: not to be touched after `release`. */
  readonly bytes: Buffer;
  readonly offset: number;
  readonly isLast: boolean;
  /** Gives the buffer back for a later part; to be called once, whatever became of this one. */
  release(): void;
}

/**
 * A stream of unknown length as parts of exactly `pool.partBytes`, and a last one of 0 to as many. A full part is given
 * only when a byte more has been seen, so that the last one is known as the last.
 */
export async function* cutParts(body: AsyncIterable<Buffer>, pool: PartPool): AsyncGenerator<Part> {
  let buffer = await pool.take();
  let filled = 0;
  let offset = 0;
  const part = (isLast: boolean): Part => {
    const used = buffer;
    return { bytes: used.subarray(0, filled), offset, isLast, release: () => pool.release(used) };
  };

  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === pool.partBytes) {
        yield part(false);
        offset += pool.partBytes;
        buffer = await pool.take();
        filled = 0;
      }
      const copied = chunk.copy(buffer, filled, at);
      filled += copied;
      at += copied;
    }
  }
  yield part(true);
}
