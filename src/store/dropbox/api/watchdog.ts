import { TransferFault } from './api-error.ts';

/**
 * Ends a request on which nothing moves: connections that hang for ever are what a firewall that forgot them, or a
 * sleeping server, leaves behind. Real timers, because it watches real bytes; a reader that pauses is not idleness.
 */
export interface Watchdog {
  /** Aborts when the caller's signal does, or with a TransferFault when nothing moved for too long. */
  readonly signal: AbortSignal;
  moved(): void;
  pause(): void;
  stop(): void;
}

/** What looks after the bytes of one request. */
export interface Watch {
  readonly watchdog: Watchdog;
  /** Resolves when so many bytes are within the rate; its result is undefined when they are already. */
  readonly pace: ((bytes: number) => Promise<void> | undefined) | undefined;
}

/**
 * A body that nobody reads on for a sixth of the idle time (10 s) is not under way: who reads it may wait for others. A
 * turn within `maxBytesPerSecond` comes sooner.
 */
const STANDING_PART = 1 / 6;

/** `onStop` is called once or more: when the request is over, and when its body stands. */
export function startWatchdog(idleMs: number, caller: AbortSignal, onStop?: () => void): Watchdog {
  const controller = new AbortController();
  const bark = (): void => controller.abort(new TransferFault(`not a byte moved for ${idleMs / 1000} s`));
  const obey = (): void => controller.abort(caller.reason);
  let timer: NodeJS.Timeout | undefined = setTimeout(bark, idleMs);
  let standing: NodeJS.Timeout | undefined;
  let isOver = false;
  const clear = (): void => {
    clearTimeout(timer);
    clearTimeout(standing);
    timer = undefined;
    standing = undefined;
  };
  // Not AbortSignal.any: a million requests on one run's signal must not leave anything behind on it.
  if (caller.aborted) obey();
  else caller.addEventListener('abort', obey, { once: true });

  return {
    signal: controller.signal,
    moved() {
      // A request body may still be read when its request is already over.
      if (isOver) return;
      if (timer) timer.refresh();
      else {
        clear();
        timer = setTimeout(bark, idleMs);
      }
    },
    pause() {
      clear();
      if (onStop && !isOver) standing = setTimeout(onStop, idleMs * STANDING_PART);
    },
    stop() {
      isOver = true;
      clear();
      caller.removeEventListener('abort', obey);
      onStop?.();
    },
  };
}
