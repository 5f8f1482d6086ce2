import type { Clock } from '../../../host/clock.ts';
import type { Pace } from './pace.ts';

/** When the next call may go out. */
export interface Turns {
  /**
   * Resolves at the call's turn, to whether it had to wait for it; rejects with the signal's reason. A download lets all
   * other calls pass: a lease that must be renewed does not wait behind them.
   */
  take(isDownload: boolean, signal: AbortSignal): Promise<boolean>;
}

/** So much of unused time is made up for: timers are late, and a hash keeps the thread. */
const BURST_MS = 20;

export function createTurns(pace: Pace, clock: Clock, closed: AbortSignal): Turns {
  const calls = new Set<() => void>();
  const downloads = new Set<() => void>();
  let paidUntil = 0;
  let isServing = false;

  const dueIn = (): number => (pace.perSecond === undefined ? 0 : paidUntil - clock.elapsed());
  const pay = (): void => {
    if (pace.perSecond === undefined) return;
    paidUntil = Math.max(paidUntil, clock.elapsed() - BURST_MS) + 1000 / pace.perSecond;
  };
  const nextOf = (lane: Set<() => void>): (() => void) | undefined => lane.values().next().value;

  const serve = async (): Promise<void> => {
    isServing = true;
    for (let enter = nextOf(calls) ?? nextOf(downloads); enter; enter = nextOf(calls) ?? nextOf(downloads)) {
      const left = closed.aborted ? 0 : dueIn();
      // When it is closed, whoever waits goes on and finds that out by the connection.
      if (left > 0) await clock.sleep(left, closed).catch(() => undefined);
      else enter();
    }
    isServing = false;
  };

  return {
    async take(isDownload, signal) {
      signal.throwIfAborted();
      if (!isServing && dueIn() <= 0) {
        pay();
        return false;
      }
      const lane = isDownload ? downloads : calls;
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const enter = (): void => {
        lane.delete(enter);
        pay();
        resolve(true);
      };
      const leave = (): void => reject(signal.reason);
      lane.add(enter);
      signal.addEventListener('abort', leave, { once: true });
      if (!isServing) void serve();
      try {
        return await promise;
      } finally {
        lane.delete(enter);
        signal.removeEventListener('abort', leave);
      }
    },
  };
}
