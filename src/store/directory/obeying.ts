import { untilAborted } from '../../host/until-aborted.ts';

/**
 * A call into a file system whose server is gone may never return, and nothing can stop it. What is under way when the
 * signal aborts has this long to end by itself, so that nothing is left half-done that would have been done at once;
 * then its caller goes on without it.
 */
const GRACE_MS = 5_000;

export async function obeying<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return await untilAborted(work(), signal, GRACE_MS);
}

/** The same for each step of a listing or a stream. A generator that is stuck is left where it is. */
export async function* obeyingEach<T, R>(
  signal: AbortSignal,
  steps: AsyncGenerator<T, R, void>,
): AsyncGenerator<T, R, void> {
  let isStuck = false;
  try {
    for (;;) {
      const next = await obeying(signal, () => steps.next()).catch((error: unknown) => {
        isStuck = signal.aborted;
        throw error;
      });
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    const closing = steps.return(undefined as R);
    closing.catch(() => undefined);
    if (!isStuck) await untilAborted(closing, signal, GRACE_MS);
  }
}
