/**
 * Joins a writer that pushes to a reader that pulls, bounded by bytes: `send` returns a promise only when the reader
 * has to catch up. Either side's error reaches the other, so that neither can wait for somebody who has left.
 */
export interface ByteChannel extends AsyncIterable<Buffer> {
  /** `release` is called when the reader, having asked for the next chunk, has no more use for this one. */
  send(chunk: Buffer, release?: () => void): Promise<void> | undefined;
  end(): void;
  /** Either side gives up: the reader's next pull rejects, and so does `send` from now on. */
  fail(error: unknown): void;
}

/** What the writer gets when the reader has stopped pulling without saying why. */
export class ReaderLeft extends Error {
  override readonly name = 'ReaderLeft';
}

export function byteChannel(limitBytes: number): ByteChannel {
  const queue: { readonly chunk: Buffer; readonly release: (() => void) | undefined }[] = [];
  let queued = 0;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let readerWaits: (() => void) | undefined;
  let writerWaits: { resolve: () => void; reject: (error: unknown) => void; promise: Promise<void> } | undefined;

  const wakeReader = (): void => {
    readerWaits?.();
    readerWaits = undefined;
  };
  const stop = (error: unknown): void => {
    failure ??= { error };
    queue.length = 0;
    writerWaits?.reject(failure.error);
    writerWaits = undefined;
    wakeReader();
  };

  return {
    send(chunk, release) {
      if (failure) return Promise.reject(failure.error);
      queue.push({ chunk, release });
      queued += chunk.length;
      wakeReader();
      if (queued < limitBytes) return undefined;
      writerWaits ??= Promise.withResolvers<void>();
      return writerWaits.promise;
    },
    end() {
      ended = true;
      wakeReader();
    },
    fail: stop,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          if (failure) throw failure.error;
          const next = queue.shift();
          if (next) {
            queued -= next.chunk.length;
            if (queued < limitBytes / 2) {
              writerWaits?.resolve();
              writerWaits = undefined;
            }
            yield next.chunk;
            next.release?.();
          } else if (ended) return;
          else await new Promise<void>((resolve) => (readerWaits = resolve));
        }
      } finally {
        if (!ended || queue.length > 0) stop(failure?.error ?? new ReaderLeft('the reader stopped before the end'));
      }
    },
  };
}
