/** A caller's signal and a time limit as one signal, without a listener left on the caller's when the call is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly expired: boolean;
  /** From here on only the caller's signal counts. */
  lift(): void;
  end(): void;
}

/**
 * `AbortSignal.any([signal, AbortSignal.timeout(ms)])` would be a line, but a process-long signal then keeps a
 * dependent for each call, two seconds apart, for months.
 */
export function startDeadline(ms: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, ms);
  const onAbort = (): void => controller.abort();
  caller?.addEventListener('abort', onAbort, { once: true });
  if (caller?.aborted) controller.abort();
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    lift: () => clearTimeout(timer),
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
