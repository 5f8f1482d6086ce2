/**
 * The promise, or the signal's reason once it has aborted and `graceMs` have passed: for work that takes no signal, can't
 * be stopped, or goes on for others. Not Promise.race with one long-lived promise, which would keep a reaction for every
 * entry ever written.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, graceMs = 0): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const leave = (): void => reject(signal.reason);
    const onAbort = (): void => {
      if (graceMs === 0) leave();
      else timer = setTimeout(leave, graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** The same for each chunk of a stream, which is closed when it is left before its end. */
export async function* chunksUntilAborted(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!isDone) await close(iterator, signal);
  }
}

/** Not awaited after an abort: a generator that waits for ever does not return either. */
async function close(iterator: AsyncIterator<Buffer>, signal: AbortSignal): Promise<void> {
  const closing = Promise.resolve(iterator.return?.());
  closing.catch(() => undefined);
  if (!signal.aborted) await closing;
}
