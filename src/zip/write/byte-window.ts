/**
 * Admits work while what it holds in memory stays below a limit. Counted in bytes, not in files: four files ahead kept
 * two cores busy for two thirds of the time only, and 400 files of 20 MB ahead would be 8 GB.
 */
export interface ByteWindow {
  /** Resolves once `bytes` more fit, or nothing else is held. For one waiter at a time. */
  enter(bytes: number): Promise<void> | undefined;
  leave(bytes: number): void;
}

export function byteWindow(limitBytes: number): ByteWindow {
  let held = 0;
  let waiting: { readonly bytes: number; readonly resolve: () => void } | undefined;
  const fits = (bytes: number): boolean => held === 0 || held + bytes <= limitBytes;

  return {
    enter(bytes) {
      if (fits(bytes)) {
        held += bytes;
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { bytes, resolve };
      return promise;
    },
    leave(bytes) {
      held -= bytes;
      if (!waiting || !fits(waiting.bytes)) return;
      held += waiting.bytes;
      waiting.resolve();
      waiting = undefined;
    },
  };
}
