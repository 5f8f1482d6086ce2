export interface Part {
  /** Part of a pooled buffer: not to be touched after `release`. */
  readonly bytes: Buffer;
  readonly offset: number;
  readonly isLast: boolean;
  /** Gives the buffer back for a later part; to be called once, whatever became of this one. */
  release(): void;
}

/**
 * A stream of unknown length as parts of exactly `partBytes`, and a last one of 0 to `partBytes`. A full part is given
 * only when a byte more has been seen, so that the last one is known as the last. At most `buffers` buffers exist, made
 * when first needed: with all of them out, the next part waits for a release. This is what bounds an upload's memory.
 */
export async function* cutParts(body: AsyncIterable<Buffer>, partBytes: number, buffers: number): AsyncGenerator<Part> {
  const free: Buffer[] = [];
  let made = 0;
  let released = Promise.withResolvers<void>();
  const take = async (): Promise<Buffer> => {
    while (free.length === 0 && made === buffers) {
      released = Promise.withResolvers<void>();
      await released.promise;
    }
    const used = free.pop();
    if (used) return used;
    made++;
    return Buffer.allocUnsafeSlow(partBytes);
  };

  let buffer = await take();
  let filled = 0;
  let offset = 0;
  const part = (isLast: boolean): Part => {
    const used = buffer;
    return {
      bytes: used.subarray(0, filled),
      offset,
      isLast,
      release() {
        free.push(used);
        released.resolve();
      },
    };
  };

  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === partBytes) {
        yield part(false);
        offset += partBytes;
        buffer = await take();
        filled = 0;
      }
      const copied = chunk.copy(buffer, filled, at);
      filled += copied;
      at += copied;
    }
  }
  yield part(true);
}
